//! Decoding a line allocates nothing.

// A counting allocator cannot be written without.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use glyphd::model::Model;
use glyphd::text::ctc::{Hypothesis, LINE_STEPS, LineDecoder, Probs, greedy, softmax_rows};
use glyphd::text::knowledge::{Knowledge, Settings, State};

/// The system's allocator, counting what each thread asks of it: the test runner's own threads ask as well.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Fails only while a thread ends, when nothing is counted any more.
        let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn decoding_asks_for_no_memory() {
    const CLASSES: usize = 210;
    // More steps than there is room for, so that the limits are walked as well.
    let steps = LINE_STEPS + 10;
    let mut state = 1u32;
    let mut logits: Vec<f32> = (0..steps * CLASSES)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 8192.0
        })
        .collect();
    logits[5] = f32::NAN;
    let mut decoder = LineDecoder::<()>::boxed();
    let mut read = Hypothesis::<LINE_STEPS>::new();

    let settings = Settings {
        patterns: vec![r".*[A-Z]{2}.*".into()],
        ..Settings::default()
    };
    let knowledge = Knowledge::new(&settings, &Model::latin().unwrap()).unwrap();
    let known = knowledge.expecting().expect("a pattern is asked for");
    let mut knowing = LineDecoder::<State>::boxed();

    let before = ASKED.get();
    assert!(before > 0, "the allocator does not count");
    softmax_rows(&mut logits, CLASSES).unwrap();
    let probs = Probs::new(&logits, steps, CLASSES, 0).unwrap();
    let mut chars = 0;
    for _ in 0..3 {
        chars = decoder.decode(&probs).best().chars.len();
        greedy(&probs, &mut read);
        assert!(knowing.decode_with(&probs, &known).is_some());
    }
    let asked = ASKED.get() - before;

    assert!(chars > 50, "the lines are to have something in them");
    assert_eq!(asked, 0);
}

//! Decoding a line allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use glyphd::ctc::{Hypothesis, LINE_STEPS, LineDecoder, Probs, greedy, softmax_rows};

/// The system's allocator, counting what is asked of it.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(1, Ordering::Relaxed);
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

// The only test of this file: another one beside it would be counted too.
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
    let mut decoder = LineDecoder::boxed();
    let mut read = Hypothesis::<LINE_STEPS>::new();

    let before = ASKED.load(Ordering::Relaxed);
    assert!(before > 0, "the allocator does not count");
    softmax_rows(&mut logits, CLASSES).unwrap();
    let probs = Probs::new(&logits, steps, CLASSES, 0).unwrap();
    let mut chars = 0;
    for _ in 0..3 {
        chars = decoder.decode(&probs).best().chars.len();
        greedy(&probs, &mut read);
    }
    let asked = ASKED.load(Ordering::Relaxed) - before;

    assert!(chars > 50, "the lines are to have something in them");
    assert_eq!(asked, 0);
}

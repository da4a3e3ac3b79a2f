//! Reads the decoder's test vectors (see `tests/data/ctc/make_vectors.py`).

/// One input and what the published decoder reads in it.
pub struct Vector {
    /// Whether it is made to look like a line of text; otherwise it is random.
    pub line: bool,
    pub classes: usize,
    /// Row-major weights; rows do not sum to 1. Class 0 is the blank.
    pub rows: Vec<f32>,
    pub published: Vec<u16>,
}

impl Vector {
    pub fn steps(&self) -> usize {
        self.rows.len() / self.classes
    }
}

/// The rest of the file.
struct Reader(&'static [u8]);

impl Reader {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self
            .0
            .split_first_chunk()
            .expect("vectors.bin is cut short");
        self.0 = rest;
        *head
    }

    fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }
}

/// All vectors.
pub fn load() -> Vec<Vector> {
    let mut reader = Reader(include_bytes!("../data/ctc/vectors.bin"));
    let mut vectors = Vec::new();
    while !reader.0.is_empty() {
        let line = reader.u8() == 0;
        let (steps, classes) = (usize::from(reader.u16()), usize::from(reader.u16()));
        let rows = if line {
            line_rows(&mut reader, steps, classes)
        } else {
            let (seed, squarings) = (reader.u32(), reader.u8());
            random_rows(seed, squarings, steps * classes)
        };
        let published = (0..reader.u16()).map(|_| reader.u16()).collect();
        vectors.push(Vector {
            line,
            classes,
            rows,
            published,
        });
    }
    vectors
}

fn line_rows(reader: &mut Reader, steps: usize, classes: usize) -> Vec<f32> {
    let mut rows = vec![0.0; steps * classes];
    for row in rows.chunks_mut(classes) {
        for _ in 0..reader.u8() {
            let class = usize::from(reader.u8());
            row[class] = f32::from(reader.u16());
        }
    }
    rows
}

fn random_rows(seed: u32, squarings: u8, count: usize) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = (state >> 8) as f32 / (1 << 24) as f32;
            (0..squarings).fold(value, |value, _| value * value)
        })
        .collect()
}

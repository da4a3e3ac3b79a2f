//! How sure the reader says it is, and how often it is right when it says so.

/// What a line's raw confidence becomes before anybody sees it: the one place for a calibration. As it stands, the
/// network's own.
pub fn calibrated(raw: f32) -> f32 {
    raw
}

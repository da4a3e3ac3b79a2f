//! What a second look finds: the label of the lab, squeezed so that its letters stand too close to be read at once, and held sideways.

mod common;

use std::fs;

use common::{glyphd, repository};
use image::imageops::{self, FilterType};

/// What is printed on the label, in reading order.
const PRINTED: [&str; 4] = [
    "ALDERBROOK",
    "Oat & Honey Biscuits",
    "Best before 12 JAN 2027",
    "Store in a cool, dry place",
];

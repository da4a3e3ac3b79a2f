//! The numbers of the tags that are looked at or changed before the decoder sees them (TIFF 6.0; SubIFDs and DNG from Adobe's supplements).

pub(super) const NEW_SUBFILE_TYPE: u64 = 254;
pub(super) const SUBFILE_TYPE: u64 = 255;
pub(super) const IMAGE_WIDTH: u64 = 256;
pub(super) const IMAGE_LENGTH: u64 = 257;
pub(super) const PHOTOMETRIC: u64 = 262;
pub(super) const FILL_ORDER: u64 = 266;
pub(super) const TILE_WIDTH: u64 = 322;
pub(super) const TILE_LENGTH: u64 = 323;
pub(super) const SUB_IFDS: u64 = 330;
pub(super) const DNG_VERSION: u64 = 50_706;

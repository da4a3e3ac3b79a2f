//! The numbers of the tags that tell what a page is (TIFF 6.0; SubIFDs and DNG from Adobe's supplements).

pub(super) const NEW_SUBFILE_TYPE: u64 = 254;
pub(super) const SUBFILE_TYPE: u64 = 255;
pub(super) const PHOTOMETRIC: u64 = 262;
pub(super) const FILL_ORDER: u64 = 266;
pub(super) const SUB_IFDS: u64 = 330;
pub(super) const DNG_VERSION: u64 = 50_706;

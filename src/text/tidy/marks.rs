//! Marks that are no text: the frame of a table, a scratch, dust.
//!
//! Takes clean characters. Conservative on purpose: whatever has a letter or digit stays, and inside of
//! a line nothing is touched.

/// What the side of a frame is read as.
const FRAME: [char; 2] = ['|', '¦'];

/// Drops frames that stand alone, set off by a space, at the ends of a line; never all of a line.
pub fn strip_frames(chars: &mut Vec<(char, f32)>) {
    let is_frame = |c: &(char, f32)| FRAME.contains(&c.0);
    while let Some(space) = chars.iter().rposition(|(c, _)| *c == ' ')
        && chars.iter().skip(space + 1).all(is_frame)
    {
        chars.truncate(space);
    }
    let mut start = 0;
    while let Some(length) = chars.iter().skip(start).position(|(c, _)| *c == ' ')
        && chars.iter().skip(start).take(length).all(is_frame)
    {
        start += length + 1;
    }
    chars.drain(..start);
}

/// Whether there is neither a letter nor a digit nor a sign that stands for a word, such as a
/// currency, a degree or a check mark.
pub fn only_marks(chars: &[(char, f32)]) -> bool {
    chars.iter().all(|(c, _)| is_mark(*c))
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        ' ' | '|'
            | '¦'
            | '_'
            | '-'
            | '–'
            | '—'
            | '='
            | '~'
            | '.'
            | ','
            | ':'
            | ';'
            | '·'
            | '•'
            | '\''
            | '`'
            | '´'
            | '"'
            | '‘'
            | '’'
            | '‚'
            | '“'
            | '”'
            | '„'
            | '^'
            | '/'
            | '\\'
            | '¨'
            | '¯'
            | '*'
            | '('
            | ')'
            | '['
            | ']'
            | '{'
            | '}'
            | '<'
            | '>'
            | '!'
            | '…'
    )
}

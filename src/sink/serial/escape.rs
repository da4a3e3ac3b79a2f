//! Bytes as they are written in the configuration: `\\x02` and the like.

/// The bytes that `text` stands for: `\t`, `\r`, `\n`, `\\`, and `\xHH` for any byte; all else as it is.
///
/// # Errors
/// Which escape is not understood, in one line.
pub fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match rest.next() {
            Some('t') => b'\t',
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('\\') => b'\\',
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                hexadecimal(&digits).ok_or_else(|| {
                    format!("\\x{digits}: expected two hexadecimal digits, as in \\x02")
                })?
            }
            Some(other) => {
                return Err(format!(
                    "\\{other}: expected \\t, \\r, \\n, \\\\ or \\x02 (any byte)"
                ));
            }
            None => return Err("ends with a single \\: expected \\\\".to_owned()),
        });
    }
    Ok(bytes)
}

fn hexadecimal(digits: &str) -> Option<u8> {
    let whole = digits.len() == 2 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| whole)
}

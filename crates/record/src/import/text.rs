//! What a file of text is written in. Patient lists come from レセコン and spreadsheets: UTF-8 with and without a
//! mark, UTF-16 from Excel, Shift_JIS (CP932) from most others.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

/// A decoded text and the name of what it was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text without a byte order mark.
    pub text: String,
    /// For instance `Shift_JIS`.
    pub encoding: &'static str,
}

/// Neither UTF-8, UTF-16 with a mark, nor Shift_JIS; with the line where it stops being so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is neither UTF-8 nor Shift_JIS")]
pub struct NotText {
    /// From 1.
    pub line: usize,
}

/// Decodes without replacing anything: a name with a replacement character would be a wrong name.
///
/// # Errors
/// [`NotText`].
pub fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    let found = |encoding: &'static Encoding, text: &str| Decoded { text: text.to_owned(), encoding: encoding.name() };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        debug_assert!([UTF_8, UTF_16LE, UTF_16BE].contains(&encoding), "the only marks there are");
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.map(|text| found(encoding, &text)).ok_or(NotText { line: 1 });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(found(UTF_8, text));
    }
    if let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(found(SHIFT_JIS, &text));
    }
    // No trail byte of Shift_JIS is a line feed, so lines can be tried one by one.
    let line = bytes
        .split(|b| *b == b'\n')
        .position(|line| SHIFT_JIS.decode_without_bom_handling_and_without_replacement(line).is_none());
    Err(NotText { line: line.unwrap_or(0) + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clinics_send() {
        let check = |bytes: &[u8], text: &str, encoding: &str| {
            assert_eq!(
                decode(bytes).unwrap(),
                Decoded { text: text.to_owned(), encoding: Box::leak(encoding.to_owned().into_boxed_str()) }
            );
        };
        check("表示,ソ".as_bytes(), "表示,ソ", "UTF-8");
        check(b"\xef\xbb\xbfa", "a", "UTF-8");
        check(b"\xff\xfe\x42\x30", "あ", "UTF-16LE");
        // The second byte of 表 and ソ is a backslash in Shift_JIS (the 5C problem), ｻﾄｳ is half-width.
        check(b"\x95\x5c\x8e\xa6,\x83\x5c,\xbb\xc4\xb3", "表示,ソ,ｻﾄｳ", "Shift_JIS");
        // 髙 and ① are in CP932 only.
        check(b"\xfb\xfc\x87\x40", "髙①", "Shift_JIS");
    }

    #[test]
    fn what_is_neither_is_not_guessed() {
        assert_eq!(decode(b"a,b\n1,2\n\xff\xff\x00").unwrap_err(), NotText { line: 3 });
    }
}

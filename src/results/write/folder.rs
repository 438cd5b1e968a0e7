//! Several files as one, for where there are no folders: a page's download.

/// CRC-32 of ISO 3309, as folders want it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 {
                (c >> 1) ^ 0xEDB8_8320
            } else {
                c >> 1
            }
        })
    })
}

/// Files as one ZIP folder (PKWARE APPNOTE 6.3), not compressed, names in UTF-8.
pub fn folder(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut index) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let at = out.len() as u32;
        let (sum, size) = (crc(bytes), bytes.len() as u32);
        let mut facts = Vec::new();
        // Version 2.0, names in UTF-8, stored, 1 January 1980.
        for word in [20_u16, 0x0800, 0, 0, 0x0021] {
            facts.extend(word.to_le_bytes());
        }
        for word in [sum, size, size] {
            facts.extend(word.to_le_bytes());
        }
        facts.extend((name.len() as u16).to_le_bytes());
        facts.extend(0_u16.to_le_bytes());
        out.extend(0x0403_4b50_u32.to_le_bytes());
        out.extend(&facts);
        out.extend(name.as_bytes());
        out.extend(bytes);
        index.extend(0x0201_4b50_u32.to_le_bytes());
        index.extend(20_u16.to_le_bytes());
        index.extend(&facts);
        // No comment, one disk, a plain file.
        index.extend([0; 10]);
        index.extend(at.to_le_bytes());
        index.extend(name.as_bytes());
    }
    let (at, size, count) = (out.len() as u32, index.len() as u32, files.len() as u16);
    out.extend(index);
    out.extend(0x0605_4b50_u32.to_le_bytes());
    for word in [0, 0, count, count] {
        out.extend(word.to_le_bytes());
    }
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_of_the_standard() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn files_stand_where_the_index_says() {
        let files = [
            ("장면.ron".to_owned(), b"(schema: 1)".to_vec()),
            ("tools/a.ron".to_owned(), Vec::new()),
        ];
        let bytes = folder(&files);
        let at = |place: usize| -> u32 {
            u32::from_le_bytes(bytes[place..place + 4].try_into().expect("four"))
        };
        let short =
            |place: usize| usize::from(u16::from_le_bytes([bytes[place], bytes[place + 1]]));
        let end = bytes.len() - 22;
        assert_eq!((at(end), short(end + 10)), (0x0605_4b50, 2));
        let mut entry = at(end + 16) as usize;
        assert_eq!(entry + at(end + 12) as usize, end);
        for (name, content) in &files {
            assert_eq!((at(entry), at(entry + 16)), (0x0201_4b50, crc(content)));
            let local = at(entry + 42) as usize;
            assert_eq!(at(local), 0x0403_4b50);
            let from = local + 30;
            assert_eq!(short(local + 26), name.len());
            assert_eq!(&bytes[from..from + name.len()], name.as_bytes());
            let from = from + name.len();
            assert_eq!(&bytes[from..from + content.len()], &content[..]);
            entry += 46 + name.len();
        }
        assert_eq!(entry, end);
    }
}

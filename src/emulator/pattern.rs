// SPDX-License-Identifier: Apache-2.0

//! Name patterns: `*` stands for any run of characters, everything else for itself, over the whole name and with case.
//! The service's documentation speaks of a wildcard without naming it; this is our choice.

/// Whether a name matches a pattern. Takes time proportional to the product of the lengths at worst: both have at most 140 characters.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(byte) if *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                // The last star takes one more byte.
                Some((star, taken)) => {
                    retry = Some((star, taken + 1));
                    p = star + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "abc"),
            ("a*c", "abbbc"),
            ("a*c*", "abcbcx"),
            ("**b", "ab"),
            ("é*", "éa"),
            ("", ""),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_whole_name_counts() {
        for (pattern, name) in [
            ("a", "ab"),
            ("b", "ab"),
            ("A", "a"),
            ("a*b", "abc"),
            ("a?c", "abc"),
            ("", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

//! Identifiers of Inspector's form: `0-` and eight letters or digits.
//!
//! Every object has a sequence number, and its identifier is that number in disguise: a bijection turns one into the other.
//! So identifiers never collide, objects lie in order of creation, and one map is both index and order.

/// 62 to the power of 8: how many identifiers there are.
const SPACE: u64 = 218_340_105_584_896;
/// Coprime to 62, so that multiplying by it permutes the space; near the golden section of it, so that neighbours look nothing alike.
const MULTIPLIER: u64 = 134_941_606_347_813;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Numbers of findings and exclusions begin here, above those of all other objects. They are unique in their run only, as their ARN holds it.
const INSIDE_RUN: u64 = 1 << 46;

/// The bijection, chosen by the seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids {
    offset: u64,
    inverse: u64,
}

impl Ids {
    /// The bijection of this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            offset: mix(seed) % SPACE,
            inverse: inverse(MULTIPLIER),
        }
    }

    /// The identifier of the object with this number.
    pub(super) fn encode(self, number: u64) -> String {
        let mut rest = (multiply(number % SPACE, MULTIPLIER) + self.offset) % SPACE;
        let mut id = [b'0'; 10];
        id[1] = b'-';
        for digit in id[2..].iter_mut().rev() {
            *digit = DIGITS[usize::try_from(rest % 62).unwrap_or(0)];
            rest /= 62;
        }
        id.iter().map(|byte| char::from(*byte)).collect()
    }

    /// The number behind an identifier; `None` if it has not the form. A number without an object means that the object does not exist.
    pub(super) fn decode(self, id: &str) -> Option<u64> {
        if !is_id(id) {
            return None;
        }
        let disguised = id.bytes().skip(2).try_fold(0_u64, |sum, byte| {
            let digit = DIGITS.iter().position(|known| *known == byte)?;
            Some(sum * 62 + u64::try_from(digit).ok()?)
        })?;
        Some(multiply(
            (disguised + SPACE - self.offset) % SPACE,
            self.inverse,
        ))
    }

    /// The identifier of a run's finding or exclusion at this place in its list.
    pub(super) fn encode_inside(self, run: u64, index: usize) -> String {
        self.encode(inside(run) + index as u64)
    }

    /// The place of a finding or exclusion in its run's list. A foreign identifier gives a place that does not exist.
    pub(super) fn decode_inside(self, run: u64, id: &str) -> Option<usize> {
        let number = self.decode(id)?;
        let place = (number + SPACE - inside(run)) % SPACE;
        usize::try_from(place).ok()
    }
}

/// Whether a text has the form of an identifier.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 10
        && text.starts_with("0-")
        && text
            .bytes()
            .skip(2)
            .all(|byte| byte.is_ascii_alphanumeric())
}

/// Spreads a number over all 64 bits (the finaliser of splitmix64): our only source of chance, so that a seed decides everything.
pub(super) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Spreads a text: see [`mix`].
pub(super) fn mix_text(seed: u64, text: &str) -> u64 {
    text.bytes()
        .fold(mix(seed), |sum, byte| mix(sum ^ u64::from(byte)))
}

fn inside(run: u64) -> u64 {
    INSIDE_RUN + (mix(run) % (1 << 40))
}

fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(SPACE);
    u64::try_from(product).unwrap_or(0)
}

/// The inverse modulo [`SPACE`]: by Euler's theorem `a^(phi - 1)`, where phi = 62^8 · (1 - 1/2) · (1 - 1/31).
fn inverse(a: u64) -> u64 {
    let mut exponent = SPACE / 62 * 30 - 1;
    let (mut result, mut base) = (1, a % SPACE);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for seed in [0, 1, u64::MAX] {
            let ids = Ids::new(seed);
            for number in (0..5000).chain([1 << 46, SPACE - 1]) {
                let id = ids.encode(number);
                assert!(is_id(&id), "{id}");
                assert_eq!(ids.decode(&id), Some(number), "{id}");
            }
        }
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(Ids::new(0).encode(1), Ids::new(1).encode(1));
    }

    #[test]
    fn what_lies_inside_a_run_comes_back() {
        let ids = Ids::new(7);
        for run in [1, 99, 50_000] {
            for index in [0, 1, 9_999] {
                let id = ids.encode_inside(run, index);
                assert_eq!(ids.decode_inside(run, &id), Some(index));
            }
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let ids = Ids::new(0);
        for text in [
            "",
            "0-",
            "0-1234567",
            "0-123456789",
            "1-12345678",
            "0-1234567é",
            "0-1234-678",
        ] {
            assert_eq!(ids.decode(text), None, "{text}");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

//! Exact numbers. Terraform's are of any size and precision: neither `f64` nor `i64` holds them.
//!
//! Knows how a number is spelt, not how it is put on the wire.

use std::fmt;

use bigdecimal::{BigDecimal, ToPrimitive as _};

/// How many digits a number may have before and after its decimal point.
///
/// Terraform computes with 512 bits, some 155 decimal digits, and the smallest `f64` has 324 digits after its point. The limit is
/// there because plain text spells every one of them: `1e999999999` would be a gigabyte.
const MAX_DIGITS: i64 = 4096;

/// An exact decimal number. Equal by value: `1`, `1.0` and `10e-1` are one number.
///
/// Held without trailing zeros, so that comparison and text need no further work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

impl Number {
    /// Reads decimal text, with or without an exponent; `None` if it is not a number or one of more than 4096 digits on a side of
    /// the decimal point.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_decimal(text) {
            return None;
        }
        let number: BigDecimal = text.parse().ok()?;
        let number = number.normalized();
        // `digits * 10^-scale`: the scale counts digits after the point, what is left of them stands before it.
        let scale = number.fractional_digit_count();
        let before = i64::try_from(number.digits()).ok()?.checked_sub(scale)?;
        (scale <= MAX_DIGITS && before <= MAX_DIGITS).then_some(Self(number))
    }

    /// The number that a float prints as: `0.1` is one tenth, as in a configuration. `None` if the float is not finite.
    pub fn from_f64(value: f64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    /// As a 64-bit integer, if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        self.0.is_integer().then(|| self.0.to_i64()).flatten()
    }

    /// The nearest float; infinite if the number is larger than every float.
    #[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
    pub fn to_f64(&self) -> f64 {
        self.to_string()
            .parse()
            .expect("Display writes plain decimal digits, which every float parser reads")
    }

    /// As a float, if the number has a fraction, a float holds it exactly and prints as it: only then do both readings of the float,
    /// by its bits and by its text, give this number back.
    pub(super) fn to_exact_fraction(&self) -> Option<f64> {
        let text = self.to_string();
        // A fraction of a power of two ends in 5, always: this spares most numbers the work below.
        if self.0.is_integer() || !text.ends_with('5') {
            return None;
        }
        let float: f64 = text.parse().ok()?;
        // 1074 digits after the point spell every float in full.
        let exact = format!("{float:.1074}").trim_end_matches('0') == text;
        (exact && float.to_string() == text).then_some(float)
    }
}

/// Whether the text is `[+-]digits[.digits][e[+-]digits]` and not so long that parsing it would take long. The parser underneath
/// also takes underscores, and a missing digit before or after the point.
fn is_decimal(text: &str) -> bool {
    fn is_digits(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    }
    fn unsigned(text: &str) -> &str {
        text.strip_prefix(['-', '+']).unwrap_or(text)
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match unsigned(mantissa).split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned(mantissa), None),
    };
    let limit = usize::try_from(MAX_DIGITS).unwrap_or(usize::MAX);
    whole.len() <= limit
        && is_digits(whole)
        && fraction.is_none_or(|fraction| fraction.len() <= limit && is_digits(fraction))
        && exponent.is_none_or(|exponent| {
            is_digits(unsigned(exponent))
                && exponent
                    .parse::<i64>()
                    .is_ok_and(|exponent| exponent.abs() <= 2 * MAX_DIGITS)
        })
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(BigDecimal::from(value).normalized())
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(BigDecimal::from(value).normalized())
    }
}

/// Plain decimal digits without an exponent, as Terraform writes them.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn equal_by_value_and_printed_plainly() {
        for (text, plain) in [
            ("1", "1"),
            ("1.0", "1"),
            ("10e-1", "1"),
            ("+1.50", "1.5"),
            ("-0", "0"),
            ("-0.250", "-0.25"),
            ("1E3", "1000"),
            ("9223372036854775808", "9223372036854775808"),
            ("1e-7", "0.0000001"),
        ] {
            assert_eq!(number(text), number(plain), "{text}");
            assert_eq!(number(text).to_string(), plain);
        }
        assert_ne!(number("0.1"), number("0.10000000000000000555"));
        assert!(number("-2") < number("1e-7"));
    }

    #[test]
    fn refuses_what_is_not_a_number_or_would_not_fit_in_memory() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1_000",
            "0x10",
            "1e",
            "1e+",
            "--1",
            " 1",
            "NaN",
            "inf",
            "1e999999999",
            "1e-999999999",
            "0e99999999999999999999",
            "1e4096",
            "1e-4097",
        ] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
        assert_eq!(number("1e4095").to_string().len(), 4096);
        assert_eq!(Number::parse(&"9".repeat(5000)), None);
    }

    #[test]
    fn integers_at_the_edges() {
        assert_eq!(number("9223372036854775807").to_i64(), Some(i64::MAX));
        assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("1000").to_i64(), Some(1000));
        assert_eq!(number("0.5").to_i64(), None);
        assert_eq!(Number::from(u64::MAX), number("18446744073709551615"));
    }

    #[test]
    fn floats_are_what_they_print_as() {
        assert_eq!(Number::from_f64(0.1), Some(number("0.1")));
        assert_eq!(Number::from_f64(-0.0), Some(number("0")));
        assert_eq!(Number::from_f64(5e-324), Some(number("5e-324")));
        assert_eq!(Number::from_f64(f64::NAN), None);
        assert_eq!(Number::from_f64(f64::INFINITY), None);
        assert!((number("0.1").to_f64() - 0.1).abs() < f64::EPSILON);
        assert!(number("1e400").to_f64().is_infinite());
    }

    #[test]
    fn only_exact_fractions_are_floats() {
        assert_eq!(number("0.5").to_exact_fraction(), Some(0.5));
        assert_eq!(number("-0.625").to_exact_fraction(), Some(-0.625));
        for text in [
            "0.1",
            "0.15",
            "1",
            "5",
            "1e-400",
            "0.50000000000000000005",
            // What the bits of the float nearest to 0.1 spell: exact, but read back as 0.1.
            "0.1000000000000000055511151231257827021181583404541015625",
        ] {
            assert_eq!(number(text).to_exact_fraction(), None, "{text}");
        }
    }
}

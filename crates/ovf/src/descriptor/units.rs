//! Units of capacities: how many bytes `byte * 2^30` are.
//!
//! Programmatic units are those of DMTF's DSP0004; the words are what older writers use.

/// How many bytes the unit counts; nothing when it cannot be understood or is too large.
pub(crate) fn bytes(unit: &str) -> Option<u64> {
    let plain: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.to_ascii_lowercase();
    match plain.as_str() {
        "kilobytes" | "kb" => return Some(1 << 10),
        "megabytes" | "mb" => return Some(1 << 20),
        "gigabytes" | "gb" => return Some(1 << 30),
        "terabytes" | "tb" => return Some(1 << 40),
        _ => {}
    }
    let mut factors = plain.split('*');
    factors.next().filter(|unit| matches!(*unit, "byte" | "bytes"))?;
    factors.try_fold(1, |product: u64, factor| product.checked_mul(number(factor)?))
}

/// A number, or a power such as `2^30`.
fn number(text: &str) -> Option<u64> {
    match text.split_once('^') {
        Some((base, power)) => base.parse::<u64>().ok()?.checked_pow(power.parse().ok()?),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_as_dmtf_and_older_writers_spell_them() {
        assert_eq!(bytes("byte"), Some(1));
        assert_eq!(bytes("byte * 2^20"), Some(1 << 20));
        assert_eq!(bytes(" Byte*2^30 "), Some(1 << 30));
        assert_eq!(bytes("byte * 10^9"), Some(1_000_000_000));
        assert_eq!(bytes("byte * 1024 * 1024"), Some(1 << 20));
        assert_eq!(bytes("GigaBytes"), Some(1 << 30));
        assert_eq!(bytes("MB"), Some(1 << 20));
        for odd in ["", "bit", "byte *", "byte * 2^64", "byte * 2^99", "byte * -1", "hertz * 10^6"]
        {
            assert_eq!(bytes(odd), None, "{odd}");
        }
    }
}

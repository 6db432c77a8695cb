//! What the CPUID instruction answers on a host's processors: the levels that clients look at.
//!
//! Features are those that all models of [`super::hardware`] have, not all that each of them has. Bits: Intel 64
//! Software Developer's Manual volume 2, CPUID; AMD64 Architecture Programmer's Manual volume 3, appendix E.

use vim25::Str;
use vim25::types::HostCpuIdInfo;

use super::hardware::Cpu;

/// Topology, the highest basic level that all have.
const HIGHEST: u32 = 0xb;
/// Address sizes, the highest extended level that all have.
const HIGHEST_EXTENDED: u32 = 0x8000_0008;
/// SSE3, PCLMULQDQ, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT, AES.
const FEATURES_C: u32 = 1 | 1 << 1 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23 | 1 << 25;
/// FPU to SSE2 without the serial number, and hyper-threading: what every 64-bit processor has.
const FEATURES_D: u32 = 0x178b_fbff;
const VMX: u32 = 1 << 5;
/// LAHF in 64-bit mode.
const EXTENDED_FEATURES_C: u32 = 1;
const SVM: u32 = 1 << 2;
/// SYSCALL, no-execute, RDTSCP, long mode.
const EXTENDED_FEATURES_D: u32 = 1 << 11 | 1 << 20 | 1 << 27 | 1 << 29;

/// Levels 0 and 1, basic and extended, of `cpu`.
pub(super) fn levels(cpu: &Cpu) -> Vec<HostCpuIdInfo> {
    let amd = cpu.vendor() == "amd";
    let [b, d, c] = maker(if amd { b"AuthenticAMD" } else { b"GenuineIntel" });
    let vmx = if cpu.has_hv && !amd { VMX } else { 0 };
    let svm = if cpu.has_hv && amd { SVM } else { 0 };
    let (extended_b, extended_c, extended_d) = if amd { (b, c, d) } else { (0, 0, 0) };
    vec![
        level(0, [HIGHEST, b, c, d]),
        level(1, [signature(cpu.signature), 0, FEATURES_C | vmx, FEATURES_D]),
        level(0x8000_0000, [HIGHEST_EXTENDED, extended_b, extended_c, extended_d]),
        level(0x8000_0001, [0, 0, EXTENDED_FEATURES_C | svm, EXTENDED_FEATURES_D]),
    ]
}

/// The maker's name in the order in which EBX, EDX and ECX hold it.
fn maker(name: &[u8; 12]) -> [u32; 3] {
    let (words, _) = name.as_chunks::<4>();
    [u32::from_le_bytes(words[0]), u32::from_le_bytes(words[1]), u32::from_le_bytes(words[2])]
}

/// Family, model and stepping as level 1 packs them into EAX: what exceeds the base fields is in the extended ones.
fn signature((family, model, stepping): (i16, i16, i16)) -> u32 {
    let [family, model, stepping] =
        [family, model, stepping].map(|part| u32::from(part.unsigned_abs()));
    let base = family.min(0xf);
    (family - base) << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | stepping & 0xf
}

fn level(number: u32, [eax, ebx, ecx, edx]: [u32; 4]) -> HostCpuIdInfo {
    HostCpuIdInfo {
        level: number.cast_signed(),
        eax: Some(bits(eax)),
        ebx: Some(bits(ebx)),
        ecx: Some(bits(ecx)),
        edx: Some(bits(edx)),
        ..Default::default()
    }
}

/// A register as eight groups of four bits, the highest bit first (`HostCpuIdInfo.eax`).
fn bits(register: u32) -> Str {
    let nibbles: Vec<String> =
        (0..8).rev().map(|nibble| format!("{:04b}", register >> (4 * nibble) & 0xf)).collect();
    nibbles.join(":").into()
}

#[cfg(test)]
mod tests {
    use vim25::types::HostCpuIdInfo;

    use super::levels;
    use crate::behaviour::server::hardware::{
        Cpu, EPYC_7302, XEON_E5_2670_V2, XEON_GOLD_6330, XEON_X5670,
    };

    fn register(text: Option<&vim25::Str>) -> u32 {
        let text = text.unwrap();
        assert_eq!(text.len(), 39, "eight groups of four bits: {text}");
        u32::from_str_radix(&text.replace(':', ""), 2).unwrap()
    }

    fn level(cpu: &Cpu, number: i32) -> HostCpuIdInfo {
        levels(cpu).into_iter().find(|one| one.level == number).unwrap()
    }

    #[test]
    fn the_signature_is_the_one_the_maker_publishes() {
        let known = [
            (&XEON_E5_2670_V2, 0x0003_06e4),
            (&XEON_X5670, 0x0002_06c2),
            (&XEON_GOLD_6330, 0x0006_06a6),
            (&EPYC_7302, 0x0083_0f10),
        ];
        for (cpu, eax) in known {
            assert_eq!(register(level(cpu, 1).eax.as_ref()), eax, "{}", cpu.name);
        }
    }

    #[test]
    fn the_maker_is_spelt_in_level_0() {
        for (cpu, name) in [(&XEON_X5670, "GenuineIntel"), (&EPYC_7302, "AuthenticAMD")] {
            let level = level(cpu, 0);
            let words = [&level.ebx, &level.edx, &level.ecx];
            let spelt = words.map(|word| register(word.as_ref()).to_le_bytes()).concat();
            assert_eq!(spelt, name.as_bytes());
        }
    }

    #[test]
    fn every_model_is_a_64_bit_processor_with_its_makers_virtualization() {
        for cpu in [&XEON_E5_2670_V2, &XEON_X5670, &XEON_GOLD_6330, &EPYC_7302] {
            let amd = cpu.name.starts_with("AMD");
            let extended = level(cpu, -2_147_483_647);
            assert_eq!(register(extended.edx.as_ref()) >> 29 & 1, 1, "long mode");
            assert_eq!(register(extended.ecx.as_ref()) >> 2 & 1, u32::from(amd), "SVM");
            assert_eq!(register(level(cpu, 1).ecx.as_ref()) >> 5 & 1, u32::from(!amd), "VMX");
            assert!(register(level(cpu, i32::MIN).eax.as_ref()) >= 0x8000_0001);
        }
    }
}

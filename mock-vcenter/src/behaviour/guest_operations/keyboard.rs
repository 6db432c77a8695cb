//! `PutUsbScanCodes`: keys pressed on the console of a VM.

use vim25::methods::PutUsbScanCodes;
use vim25::types::UsbScanCodeSpecKeyEvent;

use crate::appliance;
use crate::behaviour::virtual_machine::{VirtualMachine, invalid_power_state};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest::{self, Guest};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<PutUsbScanCodes>(put);
}

fn put(call: &Call, asked: PutUsbScanCodes) -> Result<i32, Fault> {
    let vm = call.this();
    call.commit(|tx| {
        let machine = tx.get::<VirtualMachine>(vm)?;
        if !machine.is_on() {
            return Err(invalid_power_state(&machine.power, None));
        }
        guest::ensure(tx, vm)?;
        let guest = Guest::edit(tx, vm)?;
        for event in &asked.spec.key_events {
            guest.keys.push(event.usb_hid_code);
            match typed(event) {
                Some('\u{8}') => {
                    guest.typed.pop();
                }
                Some(letter) => guest.typed.push(letter),
                None => {}
            }
        }
        let lines = guest.typed.matches('\n').count();
        appliance::console(tx, vm, lines)?;
        i32::try_from(asked.spec.key_events.len()).map_err(|_| Fault::invalid_argument("spec"))
    })
}

/// Letters of an English keyboard from usage 0x04 on: plain, then with shift.
const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz1234567890\n\u{1b}\u{8}\t -=[]\\\u{0};'`,./";
const SHIFTED: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\n\u{1b}\u{8}\t _+{}|\u{0}:\"~<>?";

/// The letter that a key types; none for keys that type nothing, and for combinations with control or alt.
fn typed(event: &UsbScanCodeSpecKeyEvent) -> Option<char> {
    let usage = (event.usb_hid_code >> 16) & 0xffff;
    let modifiers = event.modifiers.as_deref().cloned().unwrap_or_default();
    let pressed = |keys: [Option<bool>; 2]| keys.contains(&Some(true));
    let command = pressed([modifiers.left_control, modifiers.right_control])
        || pressed([modifiers.left_alt, modifiers.right_alt])
        || pressed([modifiers.left_gui, modifiers.right_gui]);
    let shifted = pressed([modifiers.left_shift, modifiers.right_shift]);
    let place = usize::try_from(usage - 4).ok()?;
    let letter = if shifted { SHIFTED } else { PLAIN }.chars().nth(place)?;
    (!command && letter != '\0').then_some(letter)
}

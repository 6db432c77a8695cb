//! What the sensors of a host say: that all is well.

use vim25::Poly;
use vim25::types::{
    ElementDescription, HealthSystemRuntime, HostHardwareStatusInfo, HostNumericSensorInfo,
    HostSystemHealthInfo,
};

/// Name, type, reading in hundredths, and unit.
const SENSORS: &[(&str, &str, i64, &str)] = &[
    ("System Board 1 Ambient Temp", "temperature", 2300, "degrees C"),
    ("System Board 1 System Fan 1", "fan", 480_000, "RPM"),
    ("Power Supply 1 Input Power", "power", 14_000, "Watts"),
];

/// The health of a machine without trouble.
pub(super) fn healthy() -> HealthSystemRuntime {
    let sensors = SENSORS.iter().map(|(name, kind, reading, unit)| HostNumericSensorInfo {
        name: (*name).into(),
        health_state: Some(green()),
        current_reading: *reading,
        unit_modifier: -2,
        base_units: (*unit).into(),
        sensor_type: (*kind).into(),
        ..Default::default()
    });
    HealthSystemRuntime {
        system_health_info: Some(Box::new(HostSystemHealthInfo {
            numeric_sensor_info: sensors.collect(),
            ..Default::default()
        })),
        hardware_status_info: Some(Box::<HostHardwareStatusInfo>::default()),
        ..Default::default()
    }
}

fn green() -> Poly<ElementDescription> {
    let mut state = ElementDescription::default();
    state.key = "green".into();
    state.label = "Green".into();
    state.summary = "Sensor is operating under normal conditions".into();
    Poly::new(state)
}

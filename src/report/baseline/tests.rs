use super::super::fixture;
use super::super::{FORMATS, Format, ScanReport, Style};
use super::*;

/// An answer of `scan --format json` with these phones.
fn answer(devices: &dyn Devices) -> String {
    let overview = Overview::default();
    let mut bytes = Vec::new();
    let json = Format::named(FORMATS, "json").unwrap();
    json.write(&ScanReport { overview: &overview, devices }, &Style::default(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The fleet's phones with their marks, against the fleet with these phones' diagnoses taken away.
fn compared(healthy_then: &[usize], only_new: bool) -> (Vec<Device>, Overview, (u64, u64)) {
    let fleet = fixture::fleet();
    let mut old = fleet.devices.clone();
    healthy_then.iter().for_each(|index| old[*index].diagnoses.clear());
    let old = ScanAnswer::read("old", &mut answer(&old).as_bytes()).unwrap();
    let mut overview = fleet.overview.clone();
    let compared = Compared::new(&fleet.devices, &old, only_new, &mut overview);
    let devices: Vec<Device> = (0..compared.len()).map(|index| compared.device(index)).collect();
    let statuses: Vec<Status> = (0..compared.len()).map(|index| compared.status(index)).collect();
    assert_eq!(statuses, devices.iter().map(|device| device.status).collect::<Vec<_>>());
    assert_eq!(answer(&compared), answer(&devices), "rendered as it is made");
    (devices, overview, compared.newly)
}

#[test]
fn each_phone_is_marked() {
    let (devices, overview, new) = compared(&[0, 3], false);
    let marks: Vec<_> = devices.iter().map(|device| device.baseline == Some(Mark::New)).collect();
    let expected: Vec<_> = (0..devices.len()).map(|index| index == 0 || index == 3).collect();
    assert_eq!(marks, expected);
    assert!(devices.iter().all(|device| device.baseline.is_some()));
    assert_eq!(overview.summary, fixture::fleet().overview.summary, "all are shown, so all are counted");
    assert_eq!(new, (2, 0), "both have an error");
}

#[test]
fn only_the_new_is_shown_and_counted() {
    let (devices, overview, _) = compared(&[4, 9, 3], true);
    let marked: Vec<_> = devices
        .iter()
        .map(|device| (device.mac.as_deref().unwrap(), device.status, device.diagnoses.len()))
        .collect();
    assert_eq!(
        marked,
        [
            ("0004F2A1B204", Status::Failed, 1),
            ("64167F00AA01", Status::Attention, 1),
            ("0004F2A1B20A", Status::Ok, 1)
        ]
    );
    let summary = &overview.summary;
    assert_eq!((summary.failed, summary.attention, summary.unknown, summary.ok), (1, 1, 0, 1));
    assert_eq!(summary.by_code.len(), 3);
    let (none, overview, new) = compared(&[], true);
    assert!(none.is_empty() && new == (0, 0));
    assert_eq!(overview.summary, Summary::default());
}

/// The status of a phone that failed before, and now has a new warning only, is `attention`.
#[test]
fn a_status_comes_from_what_is_new() {
    let mut fleet = fixture::fleet();
    let warning = fleet.devices[4].diagnoses[1].clone();
    let old = ScanAnswer::read("old", &mut answer(&fleet.devices).as_bytes()).unwrap();
    fleet.devices[0].diagnoses.push(warning);
    let error = fleet.devices[3].diagnoses[0].clone();
    fleet.devices[11].diagnoses.push(error);
    let compared = Compared::new(&fleet.devices, &old, true, &mut fleet.overview);
    let marked: Vec<_> = (0..compared.len())
        .map(|index| (compared.device(index).mac.unwrap(), compared.status(index)))
        .collect();
    assert_eq!(
        marked,
        [("64167F00AA0C".to_owned(), Status::Failed), ("0004F2A1B201".to_owned(), Status::Attention)]
    );
}

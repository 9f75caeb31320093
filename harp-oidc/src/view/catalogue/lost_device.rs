//! Samples: somebody who has none of their devices (P4).

use super::{NOON, Shelf};
use crate::view::form::Form;
use crate::view::lost_device::{LostCodes, LostDevice, LostEnter, ResetBegun, Sent, Wait, Way};

const FIRST: &str = "a•••@hospital.example";
const SECOND: &str = "a•••@home.example";

pub(super) fn fill(shelf: &mut Shelf) {
    let page = |shelf: &Shelf, way, sent| LostDevice { frame: shelf.frame(), way, sent, wait: Wait(1) };
    let letters = || Way::Letters { first: FIRST.to_owned(), second: SECOND.to_owned() };
    shelf.add("lost-device", page(shelf, letters(), Sent::NotYet));
    shelf.add("lost-device.no-more", page(shelf, letters(), Sent::NoMore));
    shelf.add("lost-device.waiting", page(shelf, Way::Waiting { until: NOON }, Sent::NotYet));
    shelf.add("lost-device.ready", page(shelf, Way::Ready { address: FIRST.to_owned() }, Sent::NotYet));
    shelf.add("lost-device.help-desk", page(shelf, Way::HelpDesk, Sent::NotYet));
    let codes = |shelf: &Shelf, form| LostCodes {
        frame: shelf.frame(),
        form,
        first: FIRST.to_owned(),
        second: SECOND.to_owned(),
        life_minutes: 30,
    };
    shelf.add("lost-device.codes", codes(shelf, Form::new()));
    let wrong = Form::new().problem("first_code", "lost-device.wrong");
    shelf.add("lost-device.wrong-codes", codes(shelf, wrong));
    shelf.add("lost-device.begun", ResetBegun { frame: shelf.frame(), until: NOON });
    let enter = |shelf: &Shelf, form| LostEnter {
        frame: shelf.frame(),
        form,
        address: FIRST.to_owned(),
        life_minutes: 30,
    };
    shelf.add("lost-device.enter", enter(shelf, Form::new()));
    let wrong = Form::new().problem("code", "problem.wrong_code");
    shelf.add("lost-device.enter-wrong", enter(shelf, wrong));
}

//! How the traffic is split: a share for each colour, and a place for each visitor.
//!
//! Every visitor has one of a hundred places. Green has those below its share, so that a growing share only ever adds
//! visitors to a colour, and nobody wanders between versions while it grows.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::colour::Colour;

/// How many places there are: one for each per cent.
const PLACES: u8 = 100;

/// Coprime to the places, and near their golden section: every hundred visitors fill each place once, and a few in a
/// row lie far apart.
const STRIDE: u64 = 61;

/// How the traffic is split between the colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    live: Colour,
    green: u8,
}

/// Both shares, in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Weights {
    blue: u8,
    green: u8,
}

impl Split {
    /// Sends everything to one colour.
    pub(super) fn all_to(live: Colour) -> Self {
        let green = match live {
            Colour::Blue => 0,
            Colour::Green => PLACES,
        };
        Self { live, green }
    }

    /// Gives a colour this share, in per cent, and the other one the rest; more than 100 is 100. Live is the colour
    /// with more; with equal shares the one that was.
    pub(super) fn with(self, to: Colour, percent: u8) -> Self {
        let percent = percent.min(PLACES);
        let green = match to {
            Colour::Blue => PLACES - percent,
            Colour::Green => percent,
        };
        let live = match green.cmp(&(PLACES / 2)) {
            std::cmp::Ordering::Less => Colour::Blue,
            std::cmp::Ordering::Equal => self.live,
            std::cmp::Ordering::Greater => Colour::Green,
        };
        Self { live, green }
    }

    /// Returns the colour with the most traffic.
    pub(super) fn live(self) -> Colour {
        self.live
    }

    /// Returns a colour's share, in per cent.
    pub(super) fn share(self, colour: Colour) -> u8 {
        match colour {
            Colour::Blue => PLACES - self.green,
            Colour::Green => self.green,
        }
    }

    /// Returns both shares.
    pub(super) fn weights(self) -> Weights {
        Weights { blue: self.share(Colour::Blue), green: self.green }
    }

    /// Returns whether both colours have traffic.
    pub(super) fn is_shared(self) -> bool {
        (1..PLACES).contains(&self.green)
    }

    /// Returns the colour of a visitor's place.
    pub(super) fn colour_at(self, place: Place) -> Colour {
        if place.0 < self.green { Colour::Green } else { Colour::Blue }
    }
}

/// A visitor's place, 0 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u8);

impl Place {
    /// Reads a place as it stands in a visitor's cookie.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|place| *place < PLACES).map(Self)
    }

    /// Returns the number, for the cookie.
    pub(super) fn number(self) -> u8 {
        self.0
    }
}

/// Gives places to visitors who have none, in turn.
#[derive(Debug, Default)]
pub(super) struct Usher {
    seated: AtomicU64,
}

impl Usher {
    /// Returns the next place.
    pub(super) fn seat(&self) -> Place {
        let turn = self.seated.fetch_add(1, Ordering::Relaxed) % u64::from(PLACES);
        // Below 100, so it fits.
        Place(u8::try_from(turn * STRIDE % u64::from(PLACES)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_visitors_in_a_row_each_colour_gets_its_share() {
        let usher = Usher::default();
        let split = Split::all_to(Colour::Blue).with(Colour::Green, 25);
        usher.seat();

        let green = (0..100).filter(|_| split.colour_at(usher.seat()) == Colour::Green).count();

        assert_eq!(green, 25);
    }

    #[test]
    fn a_visitor_of_the_growing_colour_stays_with_it() {
        let small = Split::all_to(Colour::Blue).with(Colour::Green, 5);
        let large = small.with(Colour::Green, 25);

        let moved_back = (0..PLACES)
            .map(Place)
            .any(|place| small.colour_at(place) == Colour::Green && large.colour_at(place) == Colour::Blue);

        assert!(!moved_back);
    }

    #[test]
    fn live_is_the_colour_with_more_and_at_half_the_one_that_was() {
        let blue = Split::all_to(Colour::Blue);

        assert_eq!(blue.with(Colour::Green, 49).live(), Colour::Blue);
        assert_eq!(blue.with(Colour::Green, 50).live(), Colour::Blue);
        assert_eq!(blue.with(Colour::Green, 51).live(), Colour::Green);
        assert_eq!(blue.with(Colour::Blue, 5).live(), Colour::Green);
        assert_eq!(blue.with(Colour::Green, 100), Split::all_to(Colour::Green));
    }

    #[test]
    fn a_place_outside_the_hundred_is_none() {
        assert_eq!(Place::parse("99").map(Place::number), Some(99));
        assert_eq!(Place::parse("100"), None);
        assert_eq!(Place::parse("-1"), None);
    }
}

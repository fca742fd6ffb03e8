//! Operations: what became of a request to move traffic.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::colour::Colour;

/// One request to move traffic that was taken up.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) key: Option<Key>,
    pub(super) from: Colour,
    pub(super) aim: Aim,
    /// The share that the wanted colour had before, in per cent.
    pub(super) had: u8,
    pub(super) progress: Progress,
}

/// What an operation is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Send everything to this colour.
    Switch(Colour),
    /// Give this colour this share, in per cent, and the other the rest.
    Weigh(Colour, u8),
}

impl Aim {
    /// Returns the colour whose share is set.
    pub(super) fn to(self) -> Colour {
        match self {
            Self::Switch(to) | Self::Weigh(to, _) => to,
        }
    }

    /// Returns the share that it is to have, in per cent.
    pub(super) fn percent(self) -> u8 {
        match self {
            Self::Switch(_) => 100,
            Self::Weigh(_, percent) => percent,
        }
    }
}

/// How far an operation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It was taken up and has no end yet.
    UnderWay,
    /// The traffic goes where it was asked to go.
    Complete,
    /// It was refused before anything moved, because of what the target answered.
    Refused(String),
    /// It began and did not get there; the traffic is where it was.
    Failed(String),
}

/// Whether a request to move traffic is answered for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    First,
    Repeated,
}

impl Operation {
    /// Returns the status that answers the request.
    pub(super) fn status(&self) -> StatusCode {
        match &self.progress {
            Progress::UnderWay => StatusCode::ACCEPTED,
            Progress::Complete => StatusCode::OK,
            Progress::Refused(_) => StatusCode::CONFLICT,
            Progress::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the view with whether this is said for the first time.
    pub(super) fn answer(&self, turn: Turn) -> Value {
        let mut answer = self.view();
        if let Value::Object(fields) = &mut answer {
            fields.insert("repeated".to_owned(), Value::Bool(turn == Turn::Repeated));
        }
        answer
    }

    /// Returns the operation as the admin API shows it.
    pub(super) fn view(&self) -> Value {
        let (state, reason) = match &self.progress {
            Progress::UnderWay => ("under-way", None),
            Progress::Complete => ("complete", None),
            Progress::Refused(reason) | Progress::Failed(reason) => ("failed", Some(reason)),
        };
        json!({
            "operation": self.id,
            "state": state,
            "from": self.from,
            "to": self.aim.to(),
            "percent": self.aim.percent(),
            "changed": self.progress == Progress::Complete && self.had != self.aim.percent(),
            "key": self.key.as_ref().map(Key::as_str),
            "reason": reason,
        })
    }
}

/// An idempotency key: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_bounded_length() {
        assert!(Key::parse(b"run-1/step-2").is_some());
        assert!(Key::parse(b"").is_none());
        assert!(Key::parse(b"with space").is_none());
        assert!(Key::parse(&[0xff]).is_none());
        assert!(Key::parse("k".repeat(256).as_bytes()).is_none());
    }
}

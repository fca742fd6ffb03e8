//! Traffic: which share of it the released version truly has, whatever anybody believes.

use std::collections::BTreeSet;

use holdpoint_core::id::IdempotencyKey;
use holdpoint_core::outcome::FaultKind;
use holdpoint_core::rollback::{Progress, StepEnd};
use holdpoint_core::rollout::{Deed, Reply, Share};

use crate::chance::Chance;
use crate::scene::fault;
use crate::target::Weather;

/// The traffic of a target.
#[derive(Default)]
pub(crate) struct Traffic {
    percent: u8,
    /// A shift that was taken on, and when it will be complete.
    coming: Option<(u64, Share)>,
    keys: BTreeSet<IdempotencyKey>,
    broken: bool,
}

impl Traffic {
    /// The share that the released version has.
    pub(crate) fn percent(&mut self, now: u64) -> u8 {
        if let Some((_, share)) = self.coming.take_if(|(at, _)| *at <= now) {
            self.percent = share.percent();
        }
        self.percent
    }

    /// Does what it is asked; nothing comes back of what is lost.
    pub(crate) fn does(&mut self, deed: &Deed, (now, weather): (u64, Weather), chance: &mut Chance) -> Option<Reply> {
        self.percent(now);
        let luck = if weather == Weather::Calm { u64::MAX } else { chance.below(16) };
        match (deed, luck) {
            (Deed::Ready { .. }, 0) => Some(Reply::Refused { why: "frozen".into() }),
            (Deed::Ready { .. } | Deed::Status { .. }, 1) => {
                Some(Reply::Error { fault: fault(FaultKind::Unavailable) })
            }
            (Deed::Ready { .. } | Deed::Status { .. }, 2) => None,
            (Deed::Ready { .. }, _) => Some(Reply::Ready),
            (Deed::Shift { share, key, .. }, luck) => self.shifts(*share, key, (now, luck), chance),
            (Deed::Status { share, key }, luck) => {
                let progress = self.progress(*share, key);
                let percent = (luck % 2 == 0).then_some(u32::from(self.percent));
                Some(Reply::Status { progress, percent, summary: "looked".into() })
            }
        }
    }

    fn shifts(
        &mut self,
        share: Share,
        key: &IdempotencyKey,
        (now, luck): (u64, u64),
        chance: &mut Chance,
    ) -> Option<Reply> {
        match luck {
            0 => return Some(Reply::Error { fault: fault(FaultKind::Denied) }),
            1 => return Some(Reply::Error { fault: fault(FaultKind::Unavailable) }),
            2 => return None,
            _ => {}
        }
        self.keys.insert(key.clone());
        match luck {
            3 => self.broken = true,
            4 | 5 => self.coming = Some((now + chance.between(1, 5_000), share)),
            _ => self.percent = share.percent(),
        }
        let shifted = |end| Some(Reply::Shifted { end, summary: "as asked".into() });
        match luck {
            3 => Some(Reply::Error { fault: fault(FaultKind::Internal) }),
            4 => shifted(StepEnd::Started),
            5 | 6 => None,
            _ => shifted(StepEnd::Done),
        }
    }

    fn progress(&self, share: Share, key: &IdempotencyKey) -> Progress {
        match (self.broken, self.coming) {
            _ if !self.keys.contains(key) => Progress::NotBegun,
            (true, _) => Progress::Failed,
            (false, Some(_)) => Progress::UnderWay,
            (false, None) if self.percent == share.percent() => Progress::Complete,
            (false, None) => Progress::Partial,
        }
    }
}

//! How busy the machine is with other things: figures that are times mean nothing beside a compiler.

/// How much CPU time was spent, in clock ticks, as `/proc` counts it.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    all: f64,
    busy: f64,
    ours: f64,
}

impl Load {
    /// What has been spent up to now; `None` where `/proc` does not say so.
    pub(crate) fn now() -> Option<Self> {
        let machine = std::fs::read_to_string("/proc/stat").ok()?;
        let times: Vec<f64> = machine.lines().next()?.split_whitespace().skip(1).flat_map(str::parse).collect();
        let [user, nice, system, idle, waiting, rest @ ..] = times.as_slice() else { return None };
        let rest: f64 = rest.iter().take(3).sum();
        let busy = user + nice + system + rest;

        // The name in brackets may hold blanks, so the fields are counted from its end.
        let own = std::fs::read_to_string("/proc/self/stat").ok()?;
        let ours = own.rsplit_once(')')?.1.split_whitespace().skip(11).take(4).flat_map(str::parse::<f64>).sum();
        Some(Self { all: busy + idle + waiting, busy, ours })
    }

    /// The share of the machine's CPU time since then that neither this process nor the ones that it started spent.
    pub(crate) fn others_since(self, then: Self) -> f64 {
        let others = (self.busy - then.busy) - (self.ours - then.ours);
        (others / (self.all - then.all)).clamp(0.0, 1.0)
    }
}

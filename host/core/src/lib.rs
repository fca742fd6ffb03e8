//! The pure core: plan, verdict, run and decision, without I/O, clock or async.

//! Runs one function for each file on worker threads, and hands the results over in order.
//!
//! ```text
//! files a, b, c · 2 workers      results arrive as a, b, c whoever finishes first
//! ```
//!
//! Invariant: a panic in a job is an [`Err`] of that job alone; what is in flight is bounded by the
//! number of workers and the results that wait for their turn.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Stack of a worker, in bytes: enough for the deepest tree that the parse stage lets through.
/// The deepest known, `a.b(*c).b(*c)…`, takes 47 MiB in a release build. It is reserved, not used: memory
/// is taken as the stack grows.
const STACK_SIZE: usize = 128 << 20;

/// A job that panicked: what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(pub String);

/// Calls `work(index)` for every index below `count` on `workers` threads, and `done(index, result)`
/// on this thread in the order of the indices. `done` returning an error stops the rest.
pub fn run_in_order<T: Send, E>(
    count: usize,
    workers: usize,
    work: impl Fn(usize) -> T + Sync,
    mut done: impl FnMut(usize, Result<T, Panicked>) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let workers = workers.clamp(1, count.max(1));
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(workers * 64);
        for number in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            thread::Builder::new()
                .name(format!("worker {number}"))
                .stack_size(STACK_SIZE)
                .spawn_scoped(scope, move || {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= count {
                            return;
                        }
                        let result = catch_unwind(AssertUnwindSafe(|| work(index)));
                        let result = result.map_err(|payload| Panicked(panic_message(&*payload)));
                        // The receiver is gone if `done` gave up.
                        if sender.send((index, result)).is_err() {
                            return;
                        }
                    }
                })
                .expect("the system has threads to give");
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&turn) {
                done(turn, result)?;
                turn += 1;
            }
        }
        Ok(())
    })
}

/// The workers to start for what the user asked: 0 means one for each core.
pub fn worker_count(asked: usize) -> usize {
    if asked > 0 { asked } else { thread::available_parallelism().map_or(1, usize::from) }
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "unknown panic".to_owned()
    }
}

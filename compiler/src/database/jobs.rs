//! Runs queries on worker threads, each with its own handle of the database.
//!
//! ```text
//! files a, b, c · 2 workers      results in the order of the files
//! ```
//!
//! Invariant: stacks of 512 KiB; whoever needs more grows its own. A panic is the failure of that
//! job alone; a write to the database elsewhere ends all jobs with [`JobError::Cancelled`].

use super::Database;
use crate::jobs::{Panicked, panic_message};
use crate::stack::WORKER;
use salsa::Cancelled;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Why a job has no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JobError {
    /// An input is about to change.
    Cancelled,
    /// It panicked: a bug.
    Panicked(Panicked),
}

/// Calls `work` for every item on at most `workers` threads; on this one if that is one.
pub fn for_each_handle<I: Sync, T: Send>(
    db: &Database,
    workers: usize,
    items: &[I],
    work: impl Fn(&Database, &I) -> T + Sync,
) -> Vec<Result<T, JobError>> {
    let workers = workers.clamp(1, items.len().max(1));
    if workers == 1 {
        return items.iter().map(|item| run(db, item, &work)).collect();
    }
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<Result<T, JobError>>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|number| {
                let (db, next, work) = (db.clone(), &next, &work);
                let body = move || {
                    let mut done = Vec::new();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(index) else { return done };
                        done.push((index, run(&db, item, work)));
                    }
                };
                let builder = thread::Builder::new().name(format!("query {number}")).stack_size(WORKER);
                builder.spawn_scoped(scope, body).expect("the system has threads to give")
            })
            .collect();
        for thread in threads {
            for (index, result) in thread.join().expect("a job's panic is caught") {
                results[index] = Some(result);
            }
        }
    });
    results.into_iter().map(|result| result.expect("every item has a job")).collect()
}

fn run<I, T>(db: &Database, item: &I, work: &impl Fn(&Database, &I) -> T) -> Result<T, JobError> {
    catch_unwind(AssertUnwindSafe(|| work(db, item))).map_err(|payload| match payload.downcast::<Cancelled>() {
        Ok(cancelled) if matches!(*cancelled, Cancelled::PropagatedPanic) => {
            JobError::Panicked(Panicked("a module it imports could not be read".to_owned()))
        }
        Ok(_) => JobError::Cancelled,
        Err(payload) => JobError::Panicked(Panicked(panic_message(&*payload))),
    })
}

//! Runs a job for each file on worker threads, and hands the results over in order.
//!
//! ```text
//! files a, b, c · 2 workers      results arrive as a, b, c whoever finishes first
//! ```
//!
//! A job has two halves. Workers do the first; the thread that started them does the second while it
//! has nothing else to do, so that workers compile while files are written. It takes no more than
//! [`WAITING_BATCHES`] at a time: what comes beyond, the workers finish themselves.
//!
//! Invariant: a panic in a job is an [`Err`] of that job alone; what is in flight is bounded by the
//! number of workers and the results that wait for their turn.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Stack of a worker, in bytes: enough for the deepest tree that the parse stage lets through.
/// The deepest known, `a.b(*c).b(*c)…`, takes 47 MiB in a release build. It is reserved, not used: memory
/// is taken as the stack grows.
const STACK_SIZE: usize = 128 << 20;

/// How long results are gathered before they are handed over: waking the other thread for every file
/// costs more than compiling a small one.
const PATIENCE: Duration = Duration::from_millis(10);

/// Batches of results that wait to be finished, for each worker.
const WAITING_BATCHES: usize = 2;

/// A job that panicked: what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(pub String);

/// A job with its halves.
pub struct Job<Work, Finish> {
    /// `work(index)`: the first half, on a worker.
    pub work: Work,
    /// `finish(index, worked)`: the second, there or on the thread that started the workers.
    pub finish: Finish,
}

/// Calls `work(index)` for every index below `count` on `workers` threads, and `done(index, result)`
/// on this thread in the order of the indices. `done` returning an error stops the rest.
pub fn run_in_order<T: Send, E>(
    count: usize,
    workers: usize,
    work: impl Fn(usize) -> T + Sync,
    done: impl FnMut(usize, Result<T, Panicked>) -> Result<(), E>,
) -> Result<(), E> {
    run_job_in_order(count, workers, &Job { work, finish: |_, result| result }, done)
}

/// As [`run_in_order`], for a job with two halves.
pub fn run_job_in_order<W: Send, T: Send, E>(
    count: usize,
    workers: usize,
    job: &Job<impl Fn(usize) -> W + Sync, impl Fn(usize, W) -> T + Sync>,
    mut done: impl FnMut(usize, Result<T, Panicked>) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let workers = workers.clamp(1, count.max(1));
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(workers * WAITING_BATCHES);
        for number in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            thread::Builder::new()
                .name(format!("worker {number}"))
                .stack_size(STACK_SIZE)
                .spawn_scoped(scope, move || Worker { job, sender, batch: Vec::new() }.run(next, count))
                .expect("the system has threads to give");
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        for (index, state) in receiver.into_iter().flatten() {
            waiting.insert(index, state.finished(index, &job.finish));
            while let Some(result) = waiting.remove(&turn) {
                done(turn, result)?;
                turn += 1;
            }
        }
        Ok(())
    })
}

/// How far a job is.
enum State<W, T> {
    Worked(W),
    Finished(Result<T, Panicked>),
}

impl<W, T> State<W, T> {
    fn finished(self, index: usize, finish: impl Fn(usize, W) -> T) -> Result<T, Panicked> {
        match self {
            Self::Worked(worked) => catch(|| finish(index, worked)),
            Self::Finished(result) => result,
        }
    }
}

/// Jobs by index.
type Batch<W, T> = Vec<(usize, State<W, T>)>;

struct Worker<'job, W, T, Work, Finish> {
    job: &'job Job<Work, Finish>,
    sender: SyncSender<Batch<W, T>>,
    batch: Batch<W, T>,
}

impl<W, T, Work: Fn(usize) -> W, Finish: Fn(usize, W) -> T> Worker<'_, W, T, Work, Finish> {
    /// Works until no index is left, or nobody wants the results.
    fn run(mut self, next: &AtomicUsize, count: usize) {
        let mut sent = Instant::now();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index < count {
                let worked = catch(|| (self.job.work)(index));
                let state = worked.map_or_else(|panicked| State::Finished(Err(panicked)), State::Worked);
                self.batch.push((index, state));
            }
            let is_last = index >= count;
            if is_last || sent.elapsed() >= PATIENCE {
                if !self.hand_over() || is_last {
                    return;
                }
                sent = Instant::now();
            }
        }
    }

    /// Hands the batch over, finished if the other thread has enough to do. Whether there is anybody
    /// left to take it: there is nobody if `done` gave up.
    fn hand_over(&mut self) -> bool {
        match self.sender.try_send(std::mem::take(&mut self.batch)) {
            Ok(()) => true,
            Err(TrySendError::Disconnected(_)) => false,
            Err(TrySendError::Full(batch)) => {
                let finished = |(index, state): (usize, State<W, T>)| {
                    (index, State::Finished(state.finished(index, &self.job.finish)))
                };
                self.sender.send(batch.into_iter().map(finished).collect()).is_ok()
            }
        }
    }
}

/// The workers to start for what the user asked: 0 means one for each core.
pub fn worker_count(asked: usize) -> usize {
    if asked > 0 { asked } else { thread::available_parallelism().map_or(1, usize::from) }
}

fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Panicked(panic_message(&*payload)))
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

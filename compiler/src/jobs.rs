//! Runs a job for each file on worker threads, and hands the results over in order.
//!
//! ```text
//! files a, b, c · 2 workers      results arrive as a, b, c whoever finishes first
//! ```
//!
//! A job has three parts: it reads, works and finishes. Workers work; the thread that started them
//! reads ahead and finishes, so that files are read and written while others are compiled. Workers
//! never wait for it: what it has not read they read themselves, and of what is worked it finishes no
//! more than [`WAITING_BATCHES`] at a time. A single job needs no worker.
//!
//! Invariant: a panic in a job is an [`Err`] of that job alone; what is in flight is bounded by the
//! number of workers and the results that wait for their turn; stacks are small ([`crate::stack`]).

use crate::stack::WORKER;
use pyclast_syntax::processors;
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long results are gathered before they are handed over: waking the other thread for every file
/// costs more than compiling a small one.
const PATIENCE: Duration = Duration::from_millis(10);

/// Batches of results that wait to be finished, for each worker.
const WAITING_BATCHES: usize = 2;

/// Files that are read and wait for a worker, for each worker: about what it compiles while a batch is
/// finished.
const READ_AHEAD: usize = 16;

/// A job that panicked: what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(pub String);

/// A job with its parts.
pub struct Job<Read, Work, Finish> {
    /// `read(index)`: the first, on any thread.
    pub read: Read,
    /// `work(index, read)`: the second, on a worker.
    pub work: Work,
    /// `finish(index, worked)`: the third, on any thread.
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
    let job = Job { read: |_| (), work: |index, ()| work(index), finish: |_, result| result };
    run_job_in_order(count, workers, &job, done)
}

/// As [`run_in_order`], for a job with parts.
pub fn run_job_in_order<R: Send, W: Send, T: Send, E>(
    count: usize,
    workers: usize,
    job: &Job<impl Fn(usize) -> R + Sync, impl Fn(usize, R) -> W + Sync, impl Fn(usize, W) -> T + Sync>,
    mut done: impl FnMut(usize, Result<T, Panicked>) -> Result<(), E>,
) -> Result<(), E> {
    if count == 1 {
        // A thread takes longer to start than many a file to compile.
        let (index, state) = worked(job, (0, catch(|| (job.read)(0))));
        return done(index, state.finished(index, &job.finish));
    }
    let workers = workers.clamp(1, count.max(1));
    let queue = Queue::new(count, workers * READ_AHEAD);
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(workers * WAITING_BATCHES);
        for number in 0..workers {
            let (sender, queue) = (sender.clone(), &queue);
            thread::Builder::new()
                .name(format!("worker {number}"))
                .stack_size(WORKER)
                .spawn_scoped(scope, move || Worker { job, sender, batch: Vec::new() }.run(queue))
                .expect("the system has threads to give");
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        loop {
            queue.read_ahead(&job.read);
            let batch = receiver.recv().unwrap_or_else(|_| {
                // The workers found nothing left while the last files were read here.
                std::iter::from_fn(|| queue.take_read()).map(|input| worked(job, input)).collect()
            });
            // Workers hand over no empty batches.
            if batch.is_empty() {
                return Ok(());
            }
            for (index, state) in batch {
                waiting.insert(index, state.finished(index, &job.finish));
                while let Some(result) = waiting.remove(&turn) {
                    done(turn, result)?;
                    turn += 1;
                }
            }
        }
    })
}

/// What a worker gets: an index and what was read for it.
type Input<R> = (usize, Result<R, Panicked>);

/// The jobs that nobody works on yet.
struct Queue<R> {
    count: usize,
    /// How many may be read and wait.
    room: usize,
    state: Mutex<QueueState<R>>,
}

struct QueueState<R> {
    /// The first index that nobody reads.
    next: usize,
    read: VecDeque<Input<R>>,
}

impl<R> Queue<R> {
    fn new(count: usize, room: usize) -> Self {
        Self { count, room, state: Mutex::new(QueueState { next: 0, read: VecDeque::with_capacity(room) }) }
    }

    fn state(&self) -> MutexGuard<'_, QueueState<R>> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, read here unless it was read ahead.
    fn take(&self, read: impl Fn(usize) -> R) -> Option<Input<R>> {
        let mut state = self.state();
        if let Some(input) = state.read.pop_front() {
            return Some(input);
        }
        let index = state.take_index(self.count)?;
        drop(state);
        Some((index, catch(|| read(index))))
    }

    /// The next job that was read ahead.
    fn take_read(&self) -> Option<Input<R>> {
        self.state().read.pop_front()
    }

    /// Reads until enough jobs wait.
    fn read_ahead(&self, read: impl Fn(usize) -> R) {
        loop {
            let mut state = self.state();
            if state.read.len() >= self.room {
                return;
            }
            let Some(index) = state.take_index(self.count) else { return };
            drop(state);
            let input = (index, catch(|| read(index)));
            self.state().read.push_back(input);
        }
    }
}

impl<R> QueueState<R> {
    fn take_index(&mut self, count: usize) -> Option<usize> {
        let index = self.next;
        self.next += usize::from(index < count);
        (index < count).then_some(index)
    }
}

/// Does the second part of a job.
fn worked<R, W, T, Read, Finish>(
    job: &Job<Read, impl Fn(usize, R) -> W, Finish>,
    (index, read): Input<R>,
) -> (usize, State<W, T>) {
    let worked = read.and_then(|read| catch(|| (job.work)(index, read)));
    (index, worked.map_or_else(|panicked| State::Finished(Err(panicked)), State::Worked))
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

struct Worker<'job, W, T, Read, Work, Finish> {
    job: &'job Job<Read, Work, Finish>,
    sender: SyncSender<Batch<W, T>>,
    batch: Batch<W, T>,
}

impl<W, T, Read, Work, Finish: Fn(usize, W) -> T> Worker<'_, W, T, Read, Work, Finish> {
    /// Works until no job is left, or nobody wants the results.
    fn run<R>(mut self, queue: &Queue<R>)
    where
        Read: Fn(usize) -> R,
        Work: Fn(usize, R) -> W,
    {
        let mut sent = Instant::now();
        loop {
            let input = queue.take(&self.job.read);
            let is_last = input.is_none();
            self.batch.extend(input.map(|input| worked(self.job, input)));
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
        if self.batch.is_empty() {
            return true;
        }
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
    if asked > 0 { asked } else { processors() }
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

#[cfg(test)]
mod tests {
    use super::{Job, Panicked, run_job_in_order};

    /// Runs 200 jobs of which three panic, one in each part.
    fn run(workers: usize) -> Vec<Result<usize, Panicked>> {
        let failing = |at: usize| move |index: usize| assert!(index != at, "no {at}");
        let (no_50, no_100, no_150) = (failing(50), failing(100), failing(150));
        let job = Job {
            read: |index| {
                no_50(index);
                index
            },
            work: |index, read| {
                no_100(index);
                read + 1
            },
            finish: |index, worked| {
                no_150(index);
                worked + 1
            },
        };
        let mut results = Vec::new();
        let done: Result<(), ()> = run_job_in_order(200, workers, &job, |index, result| {
            assert_eq!(index, results.len());
            results.push(result);
            Ok(())
        });
        done.expect("nothing stops it");
        results
    }

    #[test]
    fn each_result_comes_once_and_in_its_turn() {
        for workers in [1, 2, 7, 300] {
            let results = run(workers);
            assert_eq!(results.len(), 200, "{workers} workers");
            for (index, result) in results.iter().enumerate() {
                match index {
                    50 | 100 | 150 => assert_eq!(*result, Err(Panicked(format!("no {index}")))),
                    _ => assert_eq!(*result, Ok(index + 2)),
                }
            }
        }
    }

    #[test]
    fn an_error_of_the_caller_stops_the_rest() {
        let job = Job { read: |_| (), work: |index, ()| index, finish: |_, worked| worked };
        let mut taken = 0;
        let result = run_job_in_order(10_000, 2, &job, |index, _| {
            taken += 1;
            if index == 10 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((result, taken), (Err("enough"), 11));
    }
}

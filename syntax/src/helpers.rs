//! Threads that help the one that works on a module, and stand by from one step to the next.
//!
//! ```text
//! parse ── symbols ── check ── build        a thread of its own for the module
//! parse ───────────── build ── build        a helper: parts of the text, `__annotate__` functions, functions and classes
//! ```
//!
//! To start a thread for every step takes longer than the steps of a small module do, and a thread that was there before has
//! its working memory.
//!
//! Invariant: what helpers do, the one they help could do alone; where the system has no threads to give, it does.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{LazyLock, OnceLock};
use std::thread;

/// What a helper needs, in bytes; what goes deep asks for more.
const STACK: usize = 1 << 20;

/// The system is asked once: it reads several files for an answer.
static PROCESSORS: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// One for each processor but one.
static HELPERS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let named = |number| format!("helper {number}");
    let builder = ThreadPoolBuilder::new().num_threads((processors() - 1).max(1)).stack_size(STACK).thread_name(named);
    builder.build().ok()
});

/// How many threads the machine runs at once, as far as this process may use it.
pub fn processors() -> usize {
    *PROCESSORS
}

/// Does `own` on this thread while up to `helpers` others do `help`, and gives what `own` gives when all are done. A helper
/// may begin when there is nothing left to do. Panics as one of them does.
pub fn with_helpers<T>(helpers: usize, help: impl Fn() + Sync, own: impl FnOnce() -> T) -> T {
    let Some(pool) = HELPERS.as_ref().filter(|_| helpers > 0) else { return own() };
    pool.in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| help());
        }
        own()
    })
}

/// Does `own` on this thread, and `beside` on another if it may; gives what both give.
pub fn with_work_beside<T, B: Send + Sync>(
    may: bool,
    beside: impl Fn() -> B + Sync,
    own: impl FnOnce() -> T,
) -> (T, B) {
    let done = OnceLock::new();
    let own = with_helpers(usize::from(may), || drop(done.set(beside())), own);
    // Where there is nobody to help, it is done now.
    (own, done.into_inner().unwrap_or_else(beside))
}

#[cfg(test)]
mod tests {
    use super::{with_helpers, with_work_beside};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn all_is_done_when_it_returns() {
        for helpers in [0, 1, 2, 7] {
            let next = AtomicUsize::new(0);
            let done = AtomicUsize::new(0);
            let work = || {
                while next.fetch_add(1, Ordering::Relaxed) < 1_000 {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            };
            assert_eq!(with_helpers(helpers, work, || [work(), ()].len()), 2);
            assert_eq!(done.into_inner(), 1_000, "{helpers} helpers");
        }
    }

    #[test]
    fn work_beside_is_done_once_wherever() {
        for may in [false, true] {
            let times = AtomicUsize::new(0);
            assert_eq!(with_work_beside(may, || times.fetch_add(1, Ordering::Relaxed), || "own"), ("own", 0));
            assert_eq!(times.into_inner(), 1);
        }
    }

    #[test]
    fn panics_are_those_of_the_helpers_and_the_next_finds_them_well() {
        let message = |panic: Box<dyn std::any::Any + Send>| *panic.downcast::<&str>().expect("it says something");
        let helped = catch_unwind(|| with_helpers(2, || panic!("help"), || ()));
        assert_eq!(helped.map_err(message), Err("help"));
        let own = catch_unwind(AssertUnwindSafe(|| with_helpers(1, || (), || panic!("own"))));
        assert_eq!(own.map_err(message), Err::<(), _>("own"));
        assert_eq!(with_helpers(2, || (), || 7), 7);
    }
}

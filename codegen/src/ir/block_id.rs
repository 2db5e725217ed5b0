//! The name of a basic block.

use std::num::NonZeroU32;

/// A basic block of one graph. `Option<BlockId>` takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) struct BlockId(NonZeroU32);

impl BlockId {
    /// The first block: where the code unit is entered.
    pub(crate) const ENTRY: Self = Self(NonZeroU32::MIN);

    /// The block of an index.
    pub(crate) fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("blocks are fewer than 2**32"))
    }

    /// The index of the block.
    pub(crate) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

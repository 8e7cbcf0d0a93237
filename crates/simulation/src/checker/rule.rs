/// What must hold. The numbers are those of the invariants in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// 3: a write that was accepted takes effect.
    AcceptedWriteLost,
    /// 3: a write that was refused takes no effect.
    RefusedWriteApplied,
    /// 3: what is stored was asked for.
    Unexplained,
    /// 3: what is stored, and what a reply shows, is what was sent.
    WrongContent,
    /// 5: a write takes effect once, and all attempts under one `Idempotency-Key` are one write.
    AppliedTwice,
    /// 1: a number belongs to one creation.
    NumberRepeated,
    /// 1: a creation that was sent after another one was accepted has a higher number.
    NumbersOutOfOrder,
    /// 1: a number is unused only if an attempt was not accepted, or a fault hid that it was allocated.
    NumbersSkipped,
    /// 4: a write that was sent after another one was accepted takes effect after it.
    WritesOutOfOrder,
    /// 6: what is deleted stays deleted.
    DeletedIsBack,
    /// 2: what is deleted accepts nothing.
    AcceptedAfterDeletion,
    /// A chat, its messages and its search are not found from the reply to its deletion on.
    DeletedIsShown,
    /// The API refuses nothing for a reason that does not hold: what was accepted is found, and a token is valid until its
    /// rotation.
    WrongRefusal,
    /// A token is refused a minute after the rotation that revoked it.
    RevokedTokenAccepted,
    /// 5: a count is the number of readable rows.
    CountDiffers,
    /// The API shows what the tables contain.
    ApiDiffers,
    /// A single read shows a body that was sent.
    WrongRead,
    /// 7: the index contains what the tables contain.
    IndexDiffers,
    /// A search finds messages of its chat that had the text.
    WrongHit,
    /// 4: a message that was accepted before another one was sent is readable before it.
    ReadableOutOfOrder,
    /// A follower sees every message that is readable within [`GAP_WAIT`](conversation::GAP_WAIT) of the creation of the next
    /// one, even if two creations overlap and the higher number is stored first.
    FollowerMissed,
    /// 10 to 12: a message is readable soon after it was accepted, whatever happens to other chats and to OpenSearch.
    HeldUp,
    /// 12: a search does not find a message long after its deletion.
    DeletedIsFound,
    /// 13: nothing reaches a dead-letter queue, except unreadable records, at once and with a reason.
    DeadLettered,
    /// 4: an unreadable record reaches a dead-letter queue.
    RecordDropped,
    /// Without faults, the queues drain.
    NotDrained,
    /// 14: queues, ledgers and retries are bounded.
    Unbounded,
}

impl Rule {
    /// Whether the rule is about safety (invariants 1 to 9), not liveness.
    #[must_use]
    pub fn is_safety(self) -> bool {
        !matches!(
            self,
            Self::FollowerMissed
                | Self::HeldUp
                | Self::DeletedIsFound
                | Self::DeadLettered
                | Self::NotDrained
                | Self::Unbounded
        )
    }
}

use crate::Ticket;

/// What an application or a chat gave out.
#[derive(Debug, Clone, Default)]
pub(super) struct Counter {
    pub(super) last: u64,
    pub(super) revision: u64,
    /// Whose the last number or turn is.
    holder: Option<Ticket>,
    /// Who opened it and may close it again.
    pub(super) opener: Option<Ticket>,
    /// It is of a chat that was deleted.
    pub(super) closed: bool,
}

impl Counter {
    pub(super) fn opened_by(ticket: &Ticket) -> Self {
        Self { opener: Some(ticket.clone()), ..Self::default() }
    }

    pub(super) fn allocate(&mut self, ticket: &Ticket) -> (u64, u64) {
        self.last += 1;
        (self.last, self.revise(ticket))
    }

    pub(super) fn revise(&mut self, ticket: &Ticket) -> u64 {
        self.revision += 1;
        self.holder = Some(ticket.clone());
        self.revision
    }

    pub(super) fn give_number_back(&mut self, ticket: &Ticket) {
        if self.give_turn_back(ticket) {
            self.last -= 1;
        }
    }

    pub(super) fn give_turn_back(&mut self, ticket: &Ticket) -> bool {
        let ours = self.holder.as_ref() == Some(ticket);
        if ours {
            self.revision -= 1;
            self.holder = None;
        }
        ours
    }
}

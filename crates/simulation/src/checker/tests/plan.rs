//! What clients do in a run.

use proptest::prelude::*;

/// How a write ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Accepted,
    Refused,
    /// The client gets no reply, with or without an effect.
    Lost {
        effect: bool,
    },
    /// Three attempts under one key: the first is lost, the others are accepted.
    Repeated {
        effect: bool,
    },
}

/// What clients do with an application and a chat, one after the other: the kind of each step, what it is about, and how it ends.
#[derive(Debug, Clone)]
pub(super) struct Plan(pub(super) Vec<(u8, usize, Ending)>);

impl Arbitrary for Plan {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let ending = prop_oneof![
            4 => Just(Ending::Accepted),
            1 => Just(Ending::Refused),
            1 => any::<bool>().prop_map(|effect| Ending::Lost { effect }),
            1 => any::<bool>().prop_map(|effect| Ending::Repeated { effect }),
        ];
        let kind = prop_oneof![1 => 0..5_u8, 4 => 5..9_u8, 1 => 9..12_u8];
        prop::collection::vec((kind, 0..100_usize, ending), 0..60).prop_map(Plan).boxed()
    }
}

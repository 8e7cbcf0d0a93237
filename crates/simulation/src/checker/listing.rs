//! Contents in the order of keys, each key once, without a copy of them.

use crate::history::{ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, MessageKey};

pub(super) fn applications(
    contents: &Contents,
) -> impl Iterator<Item = (ApplicationKey, &ApplicationContents)> {
    sorted(&contents.applications, |application| application.application)
}

pub(super) fn chats(contents: &Contents) -> impl Iterator<Item = (ChatKey, &ChatContents)> {
    applications(contents).flat_map(|(application, contents)| {
        let chats = sorted(&contents.chats, |chat| chat.number);
        chats.map(move |(number, chat)| (ChatKey { application, number }, chat))
    })
}

pub(super) fn messages(contents: &Contents) -> impl Iterator<Item = (MessageKey, &str)> {
    chats(contents).flat_map(|(chat, contents)| {
        let messages = sorted(&contents.messages, |message| message.number);
        messages.map(move |(number, message)| (MessageKey { chat, number }, &*message.body))
    })
}

/// In the order of keys; of elements with the same key, the first.
pub(super) fn sorted<T, K: Copy + Ord>(
    all: &[T],
    key: impl Fn(&T) -> K + Copy,
) -> impl Iterator<Item = (K, &T)> {
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_by_key(|element| key(element));
    sorted.dedup_by_key(|element| key(element));
    sorted.into_iter().map(move |element| (key(element), element))
}

/// What differs between two sequences in the order of keys: what each of them has.
pub(super) fn differences<K: Ord, V: PartialEq>(
    one: impl Iterator<Item = (K, V)>,
    two: impl Iterator<Item = (K, V)>,
) -> impl Iterator<Item = (K, Option<V>, Option<V>)> {
    let (mut one, mut two) = (one.peekable(), two.peekable());
    std::iter::from_fn(move || {
        loop {
            let order = match (one.peek(), two.peek()) {
                (Some((left, _)), Some((right, _))) => left.cmp(right),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => return None,
            };
            let left = if order.is_le() { one.next() } else { None };
            let right = if order.is_ge() { two.next() } else { None };
            match (left, right) {
                (Some((_, left)), Some((_, right))) if left == right => {}
                (Some((key, left)), right) => return Some((key, Some(left), right.map(|(_, right)| right))),
                (None, Some((key, right))) => return Some((key, None, Some(right))),
                (None, None) => return None,
            }
        }
    })
}

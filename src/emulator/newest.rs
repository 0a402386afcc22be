// SPDX-License-Identifier: Apache-2.0

//! A list that keeps the newest of what is added, within a number and a weight, so that a long life needs no more memory than a short
//! one. What the items are is not its business.

use std::collections::VecDeque;

/// The most that all items together may weigh.
const WEIGHT: usize = 64 << 20;

/// The list.
#[derive(Debug)]
pub(super) struct Newest<T> {
    items: VecDeque<(usize, T)>,
    weight: usize,
    limit: usize,
}

impl<T> Newest<T> {
    /// An empty list for at most this many items.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            items: VecDeque::new(),
            weight: 0,
            limit,
        }
    }

    /// Adds an item that needs about this many bytes beside its own size, and gives back those that had to go for it, oldest first. An item
    /// that is too heavy by itself is kept alone.
    pub(super) fn add(&mut self, weight: usize, item: T) -> Vec<T> {
        self.items.push_back((weight, item));
        self.weight += weight;
        let mut gone = Vec::new();
        while self.items.len() > self.limit || (self.weight > WEIGHT && self.items.len() > 1) {
            let Some((weight, item)) = self.items.pop_front() else {
                break;
            };
            self.weight -= weight;
            gone.push(item);
        }
        gone
    }

    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.weight = 0;
    }

    /// All items, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.items.iter().map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut list = Newest::new(3);
        let gone: Vec<i32> = (0..5).flat_map(|item| list.add(1, item)).collect();
        assert_eq!(gone, [0, 1]);
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        list.clear();
        assert_eq!((list.iter().len(), list.weight), (0, 0));
    }

    #[test]
    fn the_oldest_go_when_they_are_too_heavy() {
        let mut list = Newest::new(100);
        for item in 0..3 {
            list.add(WEIGHT / 2, item);
        }
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [1, 2]);
        list.add(WEIGHT + 1, 3);
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [3]);
        list.add(0, 4);
        assert_eq!(list.iter().copied().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn nothing_may_be_kept() {
        let mut list = Newest::new(0);
        assert_eq!(list.add(1, "a"), ["a"]);
        assert_eq!(list.iter().len(), 0);
    }
}

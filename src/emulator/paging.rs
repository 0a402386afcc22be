// SPDX-License-Identifier: Apache-2.0

//! Pages of a list: how many items, from where, and the token for the rest.
//!
//! A token is opaque to clients. It holds the number of the last item given and a digest of the request, because a token is only good
//! for the filter that it came from.

use super::error::ApiError;
use super::input::Input;

/// The documented maximum of `maxResults`; pages are capped at the bound of the reply's list all the same.
const MAX_RESULTS: i64 = 500;

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    digest: u32,
    /// Items with a greater number than this follow.
    pub(super) after: u64,
    size: usize,
}

/// The members of a request that choose the page, read but not judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageInput<'a> {
    digest: u32,
    token: Option<&'a str>,
    max: Option<i64>,
}

impl<'a> PageInput<'a> {
    /// Reads `nextToken` and `maxResults`.
    pub(super) fn read(input: Input<'a>, operation: &str) -> Result<Self, ApiError> {
        Ok(Self {
            digest: input.digest(operation),
            token: input.string("nextToken")?,
            max: input.int("maxResults")?,
        })
    }

    /// Judges them. `default` is the page's size when none is asked for, `bound` the most that the reply may hold.
    pub(super) fn check(self, default: usize, bound: usize) -> Result<Page, ApiError> {
        let size = match self.max {
            None => default,
            Some(max @ 1..=MAX_RESULTS) => usize::try_from(max).unwrap_or(default),
            Some(max) => {
                return Err(ApiError::invalid(
                    "INVALID_MAX_RESULTS",
                    format!("maxResults must be 1 to {MAX_RESULTS}, not {max}"),
                ));
            }
        };
        let after = match self.token {
            None => 0,
            Some(token) => parse(token)
                .filter(|(digest, _)| *digest == self.digest)
                .map(|(_, after)| after)
                .ok_or_else(|| {
                    ApiError::invalid(
                        "INVALID_PAGINATION_TOKEN",
                        "The pagination token is not valid for this request",
                    )
                })?,
        };
        Ok(Page {
            digest: self.digest,
            after,
            size: size.min(bound),
        })
    }
}

impl Page {
    /// Takes a page from numbered items that begin behind [`Page::after`] and are in order. Looks at one item more than it gives, to know if
    /// there is a rest.
    pub(super) fn take<T>(
        self,
        mut items: impl Iterator<Item = (u64, T)>,
    ) -> (Vec<T>, Option<String>) {
        let mut page = Vec::new();
        let mut last = self.after;
        for (number, item) in items.by_ref().take(self.size) {
            page.push(item);
            last = number;
        }
        let rest = page.len() == self.size && items.next().is_some();
        let token = rest.then(|| format!("{:08x}{last:x}", self.digest));
        (page, token)
    }

    /// Takes a page of a list that is numbered by place.
    pub(super) fn take_list<T>(self, items: impl Iterator<Item = T>) -> (Vec<T>, Option<String>) {
        let skipped = usize::try_from(self.after).unwrap_or(usize::MAX);
        self.take((1..).zip(items).skip(skipped))
    }
}

fn parse(token: &str) -> Option<(u32, u64)> {
    // from_str_radix takes a sign, which no token of ours has.
    if token.len() > 24 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (digest, after) = token.split_at_checked(8)?;
    Some((
        u32::from_str_radix(digest, 16).ok()?,
        u64::from_str_radix(after, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(after: u64, size: usize) -> Page {
        Page {
            digest: 0xAB,
            after,
            size,
        }
    }

    #[test]
    fn a_full_last_page_has_no_token() {
        let (items, token) = page(0, 3).take_list(1..=3);
        assert_eq!((items, token), (vec![1, 2, 3], None));
    }

    #[test]
    fn the_token_leads_to_the_rest() {
        let (items, token) = page(0, 2).take_list(1..=3);
        assert_eq!(items, [1, 2]);
        assert_eq!(parse(&token.unwrap()), Some((0xAB, 2)));
        assert_eq!(page(2, 2).take_list(1..=3), (vec![3], None));
    }

    #[test]
    fn foreign_tokens_are_no_tokens() {
        for token in [
            "",
            "1",
            "zz",
            "000000ab",
            "+00000ab1",
            "0000000000000000000000000",
        ] {
            assert_eq!(parse(token), None, "{token}");
        }
    }
}

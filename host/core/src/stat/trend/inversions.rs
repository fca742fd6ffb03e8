//! Inversions: pairs in a list that stand in the wrong order, counted while it is sorted.
//!
//! Knight, "A computer method for calculating Kendall's tau with ungrouped data", JASA 61 (1966): whenever sorting takes
//! something from the right before what is left of it, it has found as many inversions at once. What would take time with
//! the square of the list's length takes little more than its length.

/// Below this many, inserting is faster than merging.
const FEW: usize = 16;

/// Sorts, and returns how many pairs were turned round: those of which the first does not stay before the second.
/// `spare` must be as long as the list; what is in it does not matter.
pub(super) fn sort<T: Copy>(list: &mut [T], spare: &mut [T], stays: &impl Fn(&T, &T) -> bool) -> usize {
    if list.len() <= FEW {
        return insert(list, stays, |_, _| {});
    }
    let middle = list.len() / 2;
    let (left, right) = list.split_at_mut(middle);
    let (spare_left, spare_right) = spare.split_at_mut(middle.min(spare.len()));
    let within = sort(left, spare_left, stays) + sort(right, spare_right, stays);
    if left.last().zip(right.first()).is_none_or(|(last, first)| stays(last, first)) {
        return within;
    }
    let across = merge(left, right, spare, stays);
    list.copy_from_slice(spare);
    within + across
}

fn merge<T: Copy>(mut left: &[T], mut right: &[T], into: &mut [T], stays: &impl Fn(&T, &T) -> bool) -> usize {
    let mut turned = 0;
    for slot in into {
        match (left.split_first(), right.split_first()) {
            (Some((first, rest)), Some((second, _))) if stays(first, second) => (*slot, left) = (*first, rest),
            (_, Some((second, rest))) => {
                turned += left.len();
                (*slot, right) = (*second, rest);
            }
            (Some((first, rest)), None) => (*slot, left) = (*first, rest),
            (None, None) => {}
        }
    }
    turned
}

/// The same for a list that is nearly sorted: takes time with its length and the number of pairs, each of which is told.
pub(super) fn insert<T: Copy>(
    list: &mut [T],
    stays: &impl Fn(&T, &T) -> bool,
    mut turned: impl FnMut(&T, &T),
) -> usize {
    let mut all = 0;
    for end in 1..list.len() {
        let Some((next, sorted)) = list.get_mut(..=end).and_then(<[T]>::split_last_mut) else { break };
        let next = *next;
        let passed = sorted.iter().rev().take_while(|before| !stays(before, &next));
        let passed = passed.inspect(|before| turned(before, &next)).count();
        if let Some(moved) = list.get_mut(end - passed..=end) {
            moved.rotate_right(1);
        }
        all += passed;
    }
    all
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    fn direct(list: &[u32]) -> usize {
        let later = |(place, first): (usize, &u32)| list.iter().skip(place + 1).filter(|it| *it < first).count();
        list.iter().enumerate().map(later).sum()
    }

    #[test]
    fn as_many_pairs_are_found_as_there_are_and_the_list_is_sorted() {
        for length in 0..200_u32 {
            let mut list: Vec<u32> = (0..length).map(|n| n.wrapping_mul(2_654_435_761) >> 26).collect();
            let (expected, mut ordered) = (direct(&list), list.clone());
            ordered.sort_unstable();
            let mut inserted = list.clone();
            let mut told = 0;

            let found = sort(&mut list, &mut vec![0; length as usize], &|a, b| a <= b);

            assert_eq!((found, &list), (expected, &ordered), "{length}");
            assert_eq!(
                insert(&mut inserted, &|a, b| a <= b, |first, second| told += usize::from(first > second)),
                expected
            );
            assert_eq!((told, inserted), (expected, ordered), "{length}");
        }
    }

    #[test]
    fn equals_are_turned_round_where_they_do_not_stay() {
        let mut list = [3_u32; 40];

        assert_eq!(sort(&mut list, &mut [0; 40], &|a, b| a <= b), 0);
        assert_eq!(sort(&mut list, &mut [0; 40], &|a, b| a < b), 40 * 39 / 2);
    }
}

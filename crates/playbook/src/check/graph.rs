//! Finds circles among tasks that need each other: [`cycles`]. An own stack, so long chains cannot exhaust the
//! thread's.

/// What is known of a task during the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    OnPath,
    Done,
}

/// Tasks in an order in which each comes after those it needs.
pub(super) type Order = Vec<usize>;

/// Each circle as the tasks along it, the first one repeated at the end; or the order when there is none.
///
/// `edges[task]` are the tasks it needs.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Result<Order, Vec<Vec<usize>>> {
    let mut marks = vec![Mark::New; edges.len()];
    let mut order = Vec::with_capacity(edges.len());
    let mut found = Vec::new();
    for start in 0..edges.len() {
        if marks[start] == Mark::New {
            visit(start, edges, &mut marks, &mut order, &mut found);
        }
    }
    if found.is_empty() { Ok(order) } else { Err(found) }
}

fn visit(
    start: usize,
    edges: &[Vec<usize>],
    marks: &mut [Mark],
    order: &mut Order,
    found: &mut Vec<Vec<usize>>,
) {
    let mut path: Vec<(usize, usize)> = vec![(start, 0)];
    marks[start] = Mark::OnPath;
    while let Some((task, next)) = path.last_mut() {
        let task = *task;
        let Some(&needed) = edges[task].get(*next) else {
            marks[task] = Mark::Done;
            order.push(task);
            path.pop();
            continue;
        };
        *next += 1;
        match marks[needed] {
            Mark::New => {
                marks[needed] = Mark::OnPath;
                path.push((needed, 0));
            }
            Mark::OnPath if found.len() < MOST => found.push(circle(&path, needed)),
            Mark::OnPath | Mark::Done => {}
        }
    }
}

/// More circles are not told apart.
const MOST: usize = 20;

fn circle(path: &[(usize, usize)], first: usize) -> Vec<usize> {
    let from = path.iter().position(|(task, _)| *task == first).unwrap_or(0);
    let along = path[from..].iter().map(|(task, _)| *task);
    along.chain(std::iter::once(first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_follows_needs_and_circles_are_found_with_their_path() {
        assert_eq!(cycles(&[vec![1, 2], vec![2], vec![]]), Ok(vec![2, 1, 0]));
        assert_eq!(cycles(&[vec![1], vec![2], vec![1]]), Err(vec![vec![1, 2, 1]]));
        assert_eq!(cycles(&[vec![0]]), Err(vec![vec![0, 0]]));
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_tasks_needs_no_stack() {
        let edges: Vec<Vec<usize>> =
            (0..100_000usize).map(|n| Vec::from_iter(n.checked_sub(1))).collect();
        let reversed: Vec<Vec<usize>> =
            (0..100_000).map(|n| if n < 99_999 { vec![n + 1] } else { vec![] }).collect();
        assert!(cycles(&edges).is_ok());
        assert_eq!(cycles(&reversed).map(|order| order[0]), Ok(99_999));
    }
}

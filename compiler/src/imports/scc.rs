//! Strongly connected components, without recursion: Tarjan's algorithm on a stack of its own.
//!
//! ```text
//! a → b → c → b      components in order: {b, c}, {a}
//! ```
//!
//! Invariant: a component comes after every component it leads to; within one, nodes are in
//! ascending order. Time is linear in nodes and edges.

/// The components of the graph whose node `n` leads to `successors(n)`; `count` nodes.
pub fn components<'a>(count: usize, successors: impl Fn(usize) -> &'a [u32]) -> Vec<Vec<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0u32; count];
    let mut on_stack = vec![false; count];
    let mut stack: Vec<u32> = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    // A node and how many of its successors were looked at.
    let mut path: Vec<(u32, usize)> = Vec::new();
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        path.push((as_id(root), 0));
        while let Some((node, seen)) = path.last_mut() {
            let at = *node as usize;
            if *seen == 0 && index[at] == UNSEEN {
                index[at] = next;
                low[at] = next;
                next += 1;
                stack.push(*node);
                on_stack[at] = true;
            }
            if let Some(&successor) = successors(at).get(*seen) {
                *seen += 1;
                let to = successor as usize;
                if index[to] == UNSEEN {
                    path.push((successor, 0));
                } else if on_stack[to] {
                    low[at] = low[at].min(index[to]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent as usize] = low[parent as usize].min(low[at]);
            }
            if low[at] == index[at] {
                let start = stack.iter().rposition(|&other| other as usize == at).expect("a root is on the stack");
                let mut component = stack.split_off(start);
                for &member in &component {
                    on_stack[member as usize] = false;
                }
                component.sort_unstable();
                found.push(component);
            }
        }
    }
    found
}

fn as_id(index: usize) -> u32 {
    u32::try_from(index).expect("a graph has fewer than 2**32 nodes")
}

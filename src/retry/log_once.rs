//! What the log has told of something that fails, so that each of its faults is told once while it lasts.

/// Different faults remembered at a time; further ones count as told, so that no fault that changes each time is a flood.
const MOST: usize = 8;

/// The faults told since it last worked.
#[derive(Debug, Default)]
pub struct LogOnce(Vec<String>);

impl LogOnce {
    /// Whether `fault` is yet to be told; it counts as told from now on.
    pub fn is_new(&mut self, fault: &str) -> bool {
        let new = self.0.len() < MOST && !self.0.iter().any(|said| said == fault);
        if new {
            self.0.push(fault.to_owned());
        }
        new
    }

    /// Whether nothing was told.
    #[cfg(test)]
    pub fn is_quiet(&self) -> bool {
        self.0.is_empty()
    }

    /// It works again.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_new_once_until_it_works_again() {
        let mut said = LogOnce::default();
        assert!(said.is_new("full") && said.is_new("gone"));
        assert!(!said.is_new("full") && !said.is_new("gone"));
        said.forget();
        assert!(said.is_new("full"));
    }

    #[test]
    fn faults_without_end_are_no_flood() {
        let mut said = LogOnce::default();
        let new = (0..1000).filter(|n| said.is_new(&n.to_string()));
        assert_eq!(new.count(), MOST);
    }
}

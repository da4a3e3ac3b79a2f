//! Each fault of something that fails is logged once while it lasts.

/// Different faults remembered at a time; further ones count as logged, so that a fault with ever new words floods no log.
const MOST: usize = 8;

/// The faults logged since it last worked.
#[derive(Debug, Default)]
pub struct LogOnce(Vec<String>);

impl LogOnce {
    /// Whether `fault` is yet to be logged; it counts as logged from now on.
    pub fn is_new(&mut self, fault: &str) -> bool {
        let new = self.0.len() < MOST && !self.0.iter().any(|logged| logged == fault);
        if new {
            self.0.push(fault.to_owned());
        }
        new
    }

    /// Whether nothing was logged.
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
        let mut log_once = LogOnce::default();
        assert!(log_once.is_new("full") && log_once.is_new("gone"));
        assert!(!log_once.is_new("full") && !log_once.is_new("gone"));
        log_once.forget();
        assert!(log_once.is_new("full"));
    }

    #[test]
    fn faults_without_end_flood_no_log() {
        let mut log_once = LogOnce::default();
        let new = (0..1000).filter(|n| log_once.is_new(&n.to_string()));
        assert_eq!(new.count(), MOST);
    }
}

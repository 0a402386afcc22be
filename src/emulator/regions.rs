// SPDX-License-Identifier: Apache-2.0

//! The 14 Regions of Inspector Classic and their rules packages, as the last edition of the user guide lists them.

/// The rules packages, in the order in which a Region's identifiers are listed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Package {
    Cve,
    Cis,
    NetworkReachability,
    BestPractices,
    /// Retired in September 2019: templates may name it, no list shows it, and runs give an exclusion for it.
    RuntimeBehavior,
}

impl Package {
    pub(super) const ALL: [Self; 5] = [
        Self::Cve,
        Self::Cis,
        Self::NetworkReachability,
        Self::BestPractices,
        Self::RuntimeBehavior,
    ];

    /// Its full name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cve => "Common Vulnerabilities and Exposures",
            Self::Cis => "CIS Operating System Security Configuration Benchmarks",
            Self::NetworkReachability => "Network Reachability",
            Self::BestPractices => "Security Best Practices",
            Self::RuntimeBehavior => "Runtime Behavior Analysis",
        }
    }

    /// What it is about, in our words.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Cve => {
                "Compares the packages installed on each instance with published vulnerabilities."
            }
            Self::Cis => {
                "Compares the configuration of each instance's operating system with the CIS benchmarks."
            }
            Self::NetworkReachability => {
                "Derives from the network's configuration which ports can be reached from outside. It needs no agent."
            }
            Self::BestPractices => {
                "Looks for common mistakes in the configuration of instances: remote logins, passwords, permissions."
            }
            Self::RuntimeBehavior => {
                "Watched how instances behave while an assessment runs. It is no longer offered."
            }
        }
    }
}

/// One Region: its name, the service's account in it and the identifiers in the order of [`Package::ALL`]; empty where it is not offered.
type Row = (&'static str, &'static str, [&'static str; 5]);

#[rustfmt::skip]
const REGIONS: [Row; 14] = [
    ("us-east-2",      "646659390643", ["0-JnA8Zp85", "0-m8r61nnh", "0-cE4kTR30", "0-AxKmMHPX", "0-UCYZFKPV"]),
    ("us-east-1",      "316112463485", ["0-gEjTy7T7", "0-rExsr2X8", "0-PmNV0Tcd", "0-R01qwB5Q", "0-gBONHN9h"]),
    ("us-west-1",      "166987590008", ["0-TKgzoVOa", "0-xUY8iRqX", "0-TxmXimXF", "0-byoQRFYm", "0-yeYxlt0x"]),
    ("us-west-2",      "758058086616", ["0-9hgA516p", "0-H5hpSawc", "0-rD1z6dpl", "0-JJOtZiqQ", "0-vg5GGHSD"]),
    ("ap-south-1",     "162588757376", ["0-LqnJE9dO", "0-PSUlX14m", "0-YxKfjFu1", "0-fs0IZZBj", "0-EhMQZy6C"]),
    ("ap-northeast-2", "526946625049", ["0-PoGHMznc", "0-T9srhg1z", "0-s3OmLzhL", "0-2WRpmi4n", "0-PoYq7lI7"]),
    ("ap-southeast-2", "454640832652", ["0-D5TGAxiR", "0-Vkd2Vxjq", "0-FLcuV4Gz", "0-asL6HRgN", "0-P8Tel2Xj"]),
    ("ap-northeast-1", "406045910587", ["0-gHP9oWNT", "0-7WNjqgGu", "0-YI95DVd7", "0-bBUQnxMq", "0-knGBhqEu"]),
    ("eu-central-1",   "537503971621", ["0-wNqHa8M9", "0-nZrAVuv8", "0-6yunpJ91", "0-ZujVHEPB", "0-0GMUM6fg"]),
    ("eu-west-1",      "357557129151", ["0-ubA5XvBh", "0-sJBhCr0F", "0-SPzU33xe", "0-SnojL3Z6", "0-lLmwe1zd"]),
    ("eu-west-2",      "146838936955", ["0-kZGCqcE1", "0-IeCjwf1W", "0-AizSYyNq", "0-XApUiSaP", ""]),
    ("eu-north-1",     "453420244670", ["0-IgdgIewd", "0-Yn8jlX7f", "0-52Sn74uu", "0-HfBQSbSf", ""]),
    ("us-gov-east-1",  "206278770380", ["0-3IFKFuOb", "0-pTLCdIww", "",           "0-vlgEGcVD", "0-850TmCFX"]),
    ("us-gov-west-1",  "850862329162", ["0-4oQgcI4G", "0-Ac4CFOuc", "",           "0-rOTGqe5G", "0-JMyjuzoW"]),
];

/// A Region's rules packages with their ARNs, the retired one included. A Region without Inspector Classic has none.
pub(super) fn packages(region: &str) -> Vec<(Package, String)> {
    let Some((_, account, ids)) = REGIONS.iter().find(|(name, ..)| *name == region) else {
        return Vec::new();
    };
    let partition = super::arn::partition(region);
    Package::ALL
        .into_iter()
        .zip(ids)
        .filter(|(_, id)| !id.is_empty())
        .map(|(package, id)| {
            let arn = format!("arn:{partition}:inspector:{region}:{account}:rulespackage/{id}");
            (package, arn)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::arn::Arn;
    use crate::emulator::error::Entity;

    #[test]
    fn every_package_has_a_well_formed_arn_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for (region, ..) in REGIONS {
            for (_, arn) in packages(region) {
                assert!(Arn::of_kind(&arn, Entity::RulesPackage).is_some(), "{arn}");
                assert!(seen.insert(arn));
            }
        }
        assert_eq!(seen.len(), 14 * 5 - 4);
    }
}

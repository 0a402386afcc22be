// SPDX-License-Identifier: Apache-2.0

//! The rules that find something: a small choice per rules package, with texts of our own in the service's manner.

use super::outcome::Severity;
use super::regions::Package;

/// A rule and what it says when it finds something. `{instance}` stands for the instance's identifier.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) package: Package,
    /// The finding's `id`.
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) recommendation: &'static str,
    /// Attributes beside the instance's identifier. A value that begins with `@` is an identifier of that kind, made for the instance.
    pub(super) attributes: &'static [(&'static str, &'static str)],
}

const fn practice(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    recommendation: &'static str,
) -> Rule {
    Rule {
        package: Package::BestPractices,
        id,
        severity,
        title,
        description: "The configuration of this instance makes it easier to take over than it needs to be.",
        recommendation,
        attributes: &[],
    }
}

/// All rules, those of one package together.
pub(super) static RULES: [Rule; 18] = [
    Rule {
        package: Package::Cve,
        id: "CVE-2021-3156",
        severity: Severity::High,
        title: "Instance {instance} is vulnerable to CVE-2021-3156",
        description: "A heap overflow in sudo lets any local user become root.",
        recommendation: "Update the package sudo with the package manager of the operating system.",
        attributes: &[
            ("CVE_ID", "CVE-2021-3156"),
            ("PACKAGE_NAME", "sudo"),
            ("CVSS3_SCORE", "7.8"),
        ],
    },
    Rule {
        package: Package::Cve,
        id: "CVE-2021-44228",
        severity: Severity::High,
        title: "Instance {instance} is vulnerable to CVE-2021-44228",
        description: "Log4j resolves names in logged texts, which lets a remote party run code.",
        recommendation: "Update log4j-core to a fixed version.",
        attributes: &[
            ("CVE_ID", "CVE-2021-44228"),
            ("PACKAGE_NAME", "log4j-core"),
            ("CVSS3_SCORE", "10.0"),
        ],
    },
    Rule {
        package: Package::Cve,
        id: "CVE-2018-5407",
        severity: Severity::Medium,
        title: "Instance {instance} is vulnerable to CVE-2018-5407",
        description: "Timing on processors with simultaneous multithreading reveals private keys of OpenSSL.",
        recommendation: "Update the package openssl with the package manager of the operating system.",
        attributes: &[
            ("CVE_ID", "CVE-2018-5407"),
            ("PACKAGE_NAME", "openssl"),
            ("CVSS3_SCORE", "4.7"),
        ],
    },
    Rule {
        package: Package::Cve,
        id: "CVE-2016-1234",
        severity: Severity::Low,
        title: "Instance {instance} is vulnerable to CVE-2016-1234",
        description: "An overlong name makes a directory search of glibc overflow its buffer.",
        recommendation: "Update the package glibc with the package manager of the operating system.",
        attributes: &[("CVE_ID", "CVE-2016-1234"), ("PACKAGE_NAME", "glibc")],
    },
    Rule {
        package: Package::Cis,
        id: "1.1.1.1 Ensure mounting of cramfs filesystems is disabled",
        severity: Severity::High,
        title: "Instance {instance} is not compliant with rule 1.1.1.1 Ensure mounting of cramfs filesystems is disabled",
        description: "A file system that nobody uses is code that only an attacker needs.",
        recommendation: "Keep the kernel module from being loaded.",
        attributes: &[
            ("BENCHMARK_ID", "CIS_Amazon_Linux_Benchmark"),
            ("RULE_ID", "1.1.1.1"),
            ("CIS_WEIGHT", "1"),
        ],
    },
    Rule {
        package: Package::Cis,
        id: "4.2.4 Ensure permissions on all logfiles are configured",
        severity: Severity::High,
        title: "Instance {instance} is not compliant with rule 4.2.4 Ensure permissions on all logfiles are configured",
        description: "Log files that everybody reads tell more than they should.",
        recommendation: "Take the permissions of group and others from the files under /var/log.",
        attributes: &[
            ("BENCHMARK_ID", "CIS_Amazon_Linux_Benchmark"),
            ("RULE_ID", "4.2.4"),
            ("CIS_WEIGHT", "1"),
        ],
    },
    Rule {
        package: Package::Cis,
        id: "5.1.8 Ensure at/cron is restricted to authorized users",
        severity: Severity::Informational,
        title: "Instance {instance}: rule 5.1.8 Ensure at/cron is restricted to authorized users was not checked",
        description: "The rule could not be judged from the data that was collected.",
        recommendation: "Check by hand who may plan jobs.",
        attributes: &[
            ("BENCHMARK_ID", "CIS_Amazon_Linux_Benchmark"),
            ("RULE_ID", "5.1.8"),
            ("CIS_WEIGHT", "1"),
        ],
    },
    Rule {
        package: Package::NetworkReachability,
        id: "Recognized port reachable from internet",
        severity: Severity::Medium,
        title: "Port 22 (SSH) of {instance} is open to the internet",
        description: "Security groups, network ACL and route table let anybody reach this port.",
        recommendation: "Restrict the security group to the addresses that need the port.",
        attributes: &[
            ("RULE_TYPE", "RecognizedPortWithListener"),
            ("REACHABILITY_TYPE", "Internet"),
            ("PORT", "22"),
            ("PROTOCOL", "TCP"),
            ("PORT_GROUP_NAME", "SSH"),
            ("VPC", "@vpc"),
            ("ENI", "@eni"),
            ("ACL", "@acl"),
            ("SECURITY_GROUP", "@sg"),
            ("IGW", "@igw"),
        ],
    },
    Rule {
        package: Package::NetworkReachability,
        id: "Unrecognized port with listener reachable from internet",
        severity: Severity::Low,
        title: "Port 8089 of {instance} is open to the internet and has a listener",
        description: "A process listens on a port that belongs to no service we know of, and anybody can reach it.",
        recommendation: "Find out what listens, and restrict the security group.",
        attributes: &[
            ("RULE_TYPE", "UnrecognizedPortWithListener"),
            ("REACHABILITY_TYPE", "Internet"),
            ("PORT", "8089"),
            ("PROTOCOL", "TCP"),
            ("VPC", "@vpc"),
            ("ENI", "@eni"),
            ("ACL", "@acl"),
            ("SECURITY_GROUP", "@sg"),
            ("IGW", "@igw"),
        ],
    },
    Rule {
        package: Package::NetworkReachability,
        id: "Network exposure",
        severity: Severity::Informational,
        title: "Ports of {instance} can be reached from the internet",
        description: "The aggregate of all ports of this instance that can be reached from outside.",
        recommendation: "Compare the ports with those that the instance is meant to offer.",
        attributes: &[
            ("RULE_TYPE", "NetworkExposure"),
            ("REACHABILITY_TYPE", "Internet"),
            ("VPC", "@vpc"),
            ("ENI", "@eni"),
            ("ACL", "@acl"),
            ("SECURITY_GROUP", "@sg"),
            ("IGW", "@igw"),
        ],
    },
    practice(
        "Disable root login over SSH",
        Severity::Medium,
        "Instance {instance} is configured to allow users to log in with root credentials over SSH",
        "Set PermitRootLogin to no in the SSH server's configuration.",
    ),
    practice(
        "Support SSH version 2 only",
        Severity::Medium,
        "Instance {instance} is configured to support SSH version 1",
        "Remove version 1 from the SSH server's configuration.",
    ),
    practice(
        "Disable password authentication over SSH",
        Severity::Medium,
        "Instance {instance} allows logins over SSH with a password",
        "Use keys, and set PasswordAuthentication to no.",
    ),
    practice(
        "Configure password maximum age",
        Severity::Medium,
        "Instance {instance} has no maximum age for passwords",
        "Set PASS_MAX_DAYS in /etc/login.defs.",
    ),
    practice(
        "Configure password minimum length",
        Severity::Medium,
        "Instance {instance} has no minimum length for passwords",
        "Set minlen in the PAM configuration.",
    ),
    practice(
        "Configure password complexity",
        Severity::Medium,
        "Instance {instance} has no rules for the complexity of passwords",
        "Use pam_pwquality in the PAM configuration.",
    ),
    practice(
        "Enable ASLR",
        Severity::Medium,
        "Instance {instance} does not randomise its address space",
        "Set kernel.randomize_va_space to 2.",
    ),
    practice(
        "Configure permissions for system directories",
        Severity::High,
        "Instance {instance} has a system directory that users other than root can write to",
        "Take the write permission from all but root.",
    ),
];

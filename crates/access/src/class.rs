//! Resource types in groups that a clinic gives rights on: nobody reasons about 146 types one by one.

/// A group of resource types that share one row of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// 患者登録
    Registration,
    /// 保険資格
    Insurance,
    /// 会計・レセプト
    Billing,
    /// 予約
    Appointments,
    /// 受付・受診
    Visits,
    /// 問診
    Interviews,
    /// 病名・アレルギー・既往
    Problems,
    /// 診療録・文書
    Notes,
    /// 看護・療養計画
    Care,
    /// 測定値・検査値
    Observations,
    /// 処方・指示
    Orders,
    /// 処置・投与・接種
    Treatments,
    /// 調剤・服薬
    Dispensing,
    /// 検査・画像の報告
    Results,
    /// 連絡・仕事
    Tasks,
    /// 職員・施設
    Directory,
    /// 機器
    Devices,
    /// マスター・定義
    Masters,
    /// 監査
    Audit,
}

/// Every class with its Japanese name and the types in it. A type that is in none is refused to all.
pub(crate) const CLASSES: &[(Class, &str, &[&str])] = &[
    (Class::Registration, "患者登録", &["Patient", "Person", "RelatedPerson"]),
    (
        Class::Insurance,
        "保険資格",
        &[
            "Coverage",
            "CoverageEligibilityRequest",
            "CoverageEligibilityResponse",
            "EnrollmentRequest",
            "EnrollmentResponse",
        ],
    ),
    (
        Class::Billing,
        "会計・レセプト",
        &[
            "Account",
            "ChargeItem",
            "Claim",
            "ClaimResponse",
            "Contract",
            "ExplanationOfBenefit",
            "Invoice",
            "PaymentNotice",
            "PaymentReconciliation",
        ],
    ),
    (Class::Appointments, "予約", &["Appointment", "AppointmentResponse", "Schedule", "Slot"]),
    (Class::Visits, "受付・受診", &["Encounter", "EpisodeOfCare"]),
    (Class::Interviews, "問診", &["QuestionnaireResponse"]),
    (
        Class::Problems,
        "病名・アレルギー・既往",
        &[
            "AdverseEvent",
            "AllergyIntolerance",
            "Condition",
            "DetectedIssue",
            "FamilyMemberHistory",
            "Flag",
            "RiskAssessment",
        ],
    ),
    (
        Class::Notes,
        "診療録・文書",
        &[
            "Basic",
            "Binary",
            "Bundle",
            "ClinicalImpression",
            "Composition",
            "Consent",
            "DocumentManifest",
            "DocumentReference",
            "Group",
            "GuidanceResponse",
            "Linkage",
            "List",
            "MeasureReport",
            "Media",
            "MessageHeader",
            "Provenance",
            "ResearchSubject",
        ],
    ),
    (Class::Care, "看護・療養計画", &["CarePlan", "CareTeam", "Goal"]),
    (Class::Observations, "測定値・検査値", &["Observation"]),
    (
        Class::Orders,
        "処方・指示",
        &[
            "DeviceRequest",
            "ImmunizationRecommendation",
            "MedicationRequest",
            "NutritionOrder",
            "RequestGroup",
            "ServiceRequest",
            "SupplyRequest",
            "VisionPrescription",
        ],
    ),
    (
        Class::Treatments,
        "処置・投与・接種",
        &["DeviceUseStatement", "Immunization", "ImmunizationEvaluation", "MedicationAdministration", "Procedure"],
    ),
    (Class::Dispensing, "調剤・服薬", &["MedicationDispense", "MedicationStatement", "SupplyDelivery"]),
    (
        Class::Results,
        "検査・画像の報告",
        &["BodyStructure", "DiagnosticReport", "ImagingStudy", "MolecularSequence", "Specimen"],
    ),
    (Class::Tasks, "連絡・仕事", &["Communication", "CommunicationRequest", "Task"]),
    (
        Class::Directory,
        "職員・施設",
        &[
            "Endpoint",
            "HealthcareService",
            "Location",
            "Organization",
            "OrganizationAffiliation",
            "Practitioner",
            "PractitionerRole",
        ],
    ),
    (Class::Devices, "機器", &["Device", "DeviceDefinition", "DeviceMetric"]),
    (
        Class::Masters,
        "マスター・定義",
        &[
            "ActivityDefinition",
            "BiologicallyDerivedProduct",
            "CapabilityStatement",
            "CatalogEntry",
            "ChargeItemDefinition",
            "CodeSystem",
            "CompartmentDefinition",
            "ConceptMap",
            "EffectEvidenceSynthesis",
            "EventDefinition",
            "Evidence",
            "EvidenceVariable",
            "ExampleScenario",
            "GraphDefinition",
            "ImplementationGuide",
            "InsurancePlan",
            "Library",
            "Measure",
            "Medication",
            "MedicationKnowledge",
            "MedicinalProduct",
            "MedicinalProductAuthorization",
            "MedicinalProductContraindication",
            "MedicinalProductIndication",
            "MedicinalProductIngredient",
            "MedicinalProductInteraction",
            "MedicinalProductManufactured",
            "MedicinalProductPackaged",
            "MedicinalProductPharmaceutical",
            "MedicinalProductUndesirableEffect",
            "MessageDefinition",
            "NamingSystem",
            "ObservationDefinition",
            "OperationDefinition",
            "OperationOutcome",
            "Parameters",
            "PlanDefinition",
            "Questionnaire",
            "ResearchDefinition",
            "ResearchElementDefinition",
            "ResearchStudy",
            "RiskEvidenceSynthesis",
            "SearchParameter",
            "SpecimenDefinition",
            "StructureDefinition",
            "StructureMap",
            "Subscription",
            "Substance",
            "SubstanceNucleicAcid",
            "SubstancePolymer",
            "SubstanceProtein",
            "SubstanceReferenceInformation",
            "SubstanceSourceMaterial",
            "SubstanceSpecification",
            "TerminologyCapabilities",
            "TestReport",
            "TestScript",
            "ValueSet",
            "VerificationResult",
        ],
    ),
    (Class::Audit, "監査", &["AuditEvent"]),
];

impl Class {
    /// The class of a resource type, with the type's name as it stands in the table.
    #[must_use]
    pub fn of(resource_type: &str) -> Option<(Self, &'static str)> {
        CLASSES.iter().find_map(|&(class, _, types)| types.iter().find(|&&t| t == resource_type).map(|&t| (class, t)))
    }

    /// Every resource type that is in a class.
    pub fn all_types() -> impl Iterator<Item = (Self, &'static str)> {
        CLASSES.iter().flat_map(|&(class, _, types)| types.iter().map(move |&t| (class, t)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_in_one_class_only_and_all_146_of_r4_are_in_one() {
        let mut types: Vec<&str> = Class::all_types().map(|(_, t)| t).collect();
        types.sort_unstable();
        let count = types.len();
        types.dedup();
        assert_eq!((types.len(), count), (146, 146));
    }

    #[test]
    fn names_are_compared_whole() {
        assert_eq!(Class::of("Observation"), Some((Class::Observations, "Observation")));
        for unknown in ["", "observation", "ObservationX", "*", "Resource", "DomainResource"] {
            assert_eq!(Class::of(unknown), None, "{unknown}");
        }
    }
}

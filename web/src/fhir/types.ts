// The parts of FHIR R4 that the screens read. Everything may be missing: the server stores what was sent.
// Unknown members are kept by the index signature, so that a resource written back loses nothing.

export interface Coding { system?: string; code?: string; display?: string }
export interface CodeableConcept { coding?: Coding[]; text?: string }
export interface Reference { reference?: string; display?: string; identifier?: Identifier }
export interface Period { start?: string; end?: string }
export interface Quantity { value?: number; unit?: string; system?: string; code?: string; comparator?: string }
export interface Identifier { system?: string; value?: string; type?: CodeableConcept; use?: string }
export interface Extension {
  url: string;
  extension?: Extension[];
  valueCode?: string;
  valueString?: string;
  valueBoolean?: boolean;
  valueDateTime?: string;
  valueInstant?: string;
  valueReference?: Reference;
  valueCodeableConcept?: CodeableConcept;
}
export interface HumanName { use?: string; text?: string; family?: string; given?: string[]; extension?: Extension[] }
export interface ContactPoint { system?: string; value?: string; use?: string }

export interface Resource {
  resourceType: string;
  id?: string;
  meta?: { versionId?: string; lastUpdated?: string };
  [member: string]: unknown;
}

export interface Patient extends Resource {
  resourceType: 'Patient';
  active?: boolean;
  identifier?: Identifier[];
  name?: HumanName[];
  telecom?: ContactPoint[];
  gender?: string;
  birthDate?: string;
  deceasedBoolean?: boolean;
  deceasedDateTime?: string;
  address?: { text?: string; postalCode?: string; state?: string; city?: string; line?: string[] }[];
}

export interface AllergyIntolerance extends Resource {
  resourceType: 'AllergyIntolerance';
  clinicalStatus?: CodeableConcept;
  verificationStatus?: CodeableConcept;
  criticality?: string;
  category?: string[];
  code?: CodeableConcept;
  reaction?: { manifestation?: CodeableConcept[]; severity?: string }[];
}

export interface Condition extends Resource {
  resourceType: 'Condition';
  clinicalStatus?: CodeableConcept;
  verificationStatus?: CodeableConcept;
  code?: CodeableConcept;
  subject?: Reference;
  extension?: Extension[];
  onsetDateTime?: string;
  onsetPeriod?: Period;
  recordedDate?: string;
  abatementDateTime?: string;
}

export interface MedicationRequest extends Resource {
  resourceType: 'MedicationRequest';
  status?: string;
  medicationCodeableConcept?: CodeableConcept;
  medicationReference?: Reference;
  authoredOn?: string;
  intent?: string;
  subject?: Reference;
  encounter?: Reference;
  extension?: Extension[];
  requester?: Reference;
  groupIdentifier?: Identifier;
  identifier?: Identifier[];
  dosageInstruction?: {
    text?: string;
    timing?: { code?: CodeableConcept };
    asNeededBoolean?: boolean;
    route?: CodeableConcept;
    doseAndRate?: { type?: CodeableConcept; doseQuantity?: Quantity }[];
  }[];
  dispenseRequest?: { expectedSupplyDuration?: Quantity; quantity?: Quantity };
}

export interface Encounter extends Resource {
  resourceType: 'Encounter';
  status?: string;
  class?: Coding;
  type?: CodeableConcept[];
  serviceType?: CodeableConcept;
  reasonCode?: CodeableConcept[];
  period?: Period;
  subject?: Reference;
  identifier?: Identifier[];
  extension?: Extension[];
  statusHistory?: { status: string; period: Period; extension?: Extension[] }[];
  appointment?: Reference[];
  location?: { location: Reference }[];
  participant?: { type?: CodeableConcept[]; individual?: Reference }[];
}

export interface Observation extends Resource {
  resourceType: 'Observation';
  status?: string;
  category?: CodeableConcept[];
  code?: CodeableConcept;
  effectiveDateTime?: string;
  effectivePeriod?: Period;
  valueQuantity?: Quantity;
  valueString?: string;
  valueInteger?: number;
  valueCodeableConcept?: CodeableConcept;
  interpretation?: CodeableConcept[];
  referenceRange?: { low?: Quantity; high?: Quantity; text?: string }[];
  component?: { code?: CodeableConcept; valueQuantity?: Quantity; interpretation?: CodeableConcept[] }[];
}

export interface Appointment extends Resource {
  resourceType: 'Appointment';
  status?: string;
  description?: string;
  serviceType?: CodeableConcept[];
  reasonCode?: CodeableConcept[];
  start?: string;
  end?: string;
  created?: string;
  comment?: string;
  participant?: { actor?: Reference; status?: string }[];
}

export interface Coverage extends Resource {
  resourceType: 'Coverage';
  status?: string;
  beneficiary?: Reference;
  type?: CodeableConcept;
  identifier?: Identifier[];
  subscriberId?: string;
  dependent?: string;
  relationship?: CodeableConcept;
  period?: Period;
  payor?: Reference[];
  order?: number;
}

export interface Composition extends Resource {
  resourceType: 'Composition';
  status?: string;
  date?: string;
  title?: string;
  subject?: Reference;
  encounter?: Reference;
  author?: Reference[];
  extension?: Extension[];
  section?: { title?: string; code?: CodeableConcept; text?: { status?: string; div?: string } }[];
}

export interface ServiceRequest extends Resource {
  resourceType: 'ServiceRequest';
  status?: string;
  intent?: string;
  code?: CodeableConcept;
  subject?: Reference;
  encounter?: Reference;
  authoredOn?: string;
  requester?: Reference;
  extension?: Extension[];
}

export interface Location extends Resource { resourceType: 'Location'; status?: string; name?: string }

export interface PractitionerRole extends Resource {
  resourceType: 'PractitionerRole';
  active?: boolean;
  practitioner?: Reference;
  code?: CodeableConcept[];
}

export interface Flag extends Resource {
  resourceType: 'Flag';
  status?: string;
  category?: CodeableConcept[];
  code?: CodeableConcept;
}

export interface Communication extends Resource {
  resourceType: 'Communication';
  status?: string;
  identifier?: Identifier[];
  category?: CodeableConcept[];
  subject?: Reference;
  sent?: string;
  sender?: Reference;
  payload?: { contentString?: string }[];
}

export interface Bundle extends Resource {
  resourceType: 'Bundle';
  total?: number;
  link?: { relation: string; url: string }[];
  entry?: { resource?: Resource; search?: { mode?: string } }[];
}

export interface OperationOutcome extends Resource {
  resourceType: 'OperationOutcome';
  issue?: { severity?: string; code?: string; diagnostics?: string; details?: CodeableConcept }[];
}

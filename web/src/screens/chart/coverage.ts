// Reading an insurance (JP_Coverage): kind, numbers and whether it holds today.

import { label } from '../../fhir/read';
import type { Coverage } from '../../fhir/types';

const memberId = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID';

export function coverageName(coverage: Coverage): string {
  return label(coverage.type) || coverage.payor?.[0]?.display || '';
}

/** Insurer : symbol : number : branch, as far as recorded. */
export function memberParts(coverage: Coverage): { insurer: string; symbolNumber: string; branch: string } {
  const value = coverage.identifier?.find((i) => i.system === memberId)?.value ?? '';
  const [insurer = '', symbol = '', number = '', branch = ''] = value.split(':');
  const symbolNumber = [symbol, number].filter((part) => part !== '').join('・') || (coverage.subscriberId ?? '').replace(/^:|:$/g, '').replace(':', '・');
  return { insurer, symbolNumber, branch: branch || (coverage.dependent ?? '') };
}

export function isCurrent(coverage: Coverage, today: string): boolean {
  const { start, end } = coverage.period ?? {};
  const cancelled = coverage.status !== undefined && coverage.status !== 'active';
  return !cancelled && (start === undefined || start.slice(0, 10) <= today) && (end === undefined || end.slice(0, 10) >= today.slice(0, end.length));
}

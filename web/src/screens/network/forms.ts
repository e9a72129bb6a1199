// Forms: what is declared as it is typed, and what a new thing begins with. Pure.

import type { components } from '../../data/api.generated';
import type { Device, Flow, Zone } from '../../data/network';

export type ZoneForm = components['schemas']['ZoneForm'];
export type DeviceForm = components['schemas']['DeviceForm'];
export type FlowForm = components['schemas']['FlowForm'];

export function typedZone({ id, name, kind, ipv4, ipv6, router_ipv4, router_ipv6, vlan, interface: port }: Zone): ZoneForm {
  return { id, name, kind, ipv4, ipv6, router_ipv4, router_ipv6, vlan, interface: port };
}

export function typedDevice(device: Device): DeviceForm {
  const { line, ...form } = device;
  void line;
  return { ...form, mac: [...form.mac], depends_on: [...form.depends_on] };
}

export function typedFlow({ id, from, to, service, why, hours, until }: Flow): FlowForm {
  return { id, from, to, service: [...service], why, hours: [...hours], until };
}

export const freshZone = (): ZoneForm => ({ id: '', name: '', kind: '', ipv4: '', ipv6: '', router_ipv4: '', router_ipv6: '', vlan: '', interface: '' });

export const freshDevice = (zone: string): DeviceForm => ({
  id: '', name: '', kind: '', zone, room: '', mac: [], ipv4: '', ipv6: '', maker: '', model: '', firmware: '', maintained_by: '', depends_on: [], criticality: 'ordinary', medical: false,
});

export const freshFlow = (): FlowForm => ({ id: '', from: '', to: '', service: [], why: '', hours: [], until: '' });

/** One on each line, as a text area holds them. */
export const linesOf = (list: string[]): string => list.join('\n');
export const listOf = (lines: string): string[] => lines.split('\n').map((line) => line.trim()).filter((line) => line !== '');

// What the screens of the network share.

import { createContext } from 'svelte';
import type { NetworkDesk } from '../../data/network-desk.svelte';

export const [network, setNetwork] = createContext<NetworkDesk>();

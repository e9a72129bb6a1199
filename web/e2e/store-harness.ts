// What store.test.ts runs inside the browser: the page's own data layer, without the page.
export { databaseVersion, destroyDatabase, openDatabase } from '../src/data/database';
export { LocalStore } from '../src/data/local';
export { Outbox } from '../src/data/outbox.svelte';

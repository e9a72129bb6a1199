import './style/tokens.css';
import './style/base.css';
import './style/print.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { holder } from './data/session.svelte';
import { updates } from './data/updates.svelte';
import { router } from './route.svelte';
import { display } from './ui/display.svelte';
import { guardComposition } from './ui/keyboard';

display.apply();
guardComposition(document);
router.start();
// A page taken back from the browser's memory may belong to someone who has left.
addEventListener('pageshow', (event) => event.persisted && location.reload());

mount(App, { target: document.getElementById('app')! });
void holder.start();
// Last: a page without its service worker still works while the server answers.
void updates.start();

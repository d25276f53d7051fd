// The words of what is done to whole data sets: versions, import, profile, replace, freeze, erase, export, merging.

import { add } from '.'
import words from './data.json'

add(words)

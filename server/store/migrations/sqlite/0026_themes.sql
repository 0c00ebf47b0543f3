-- The typefaces of a restaurant's pages, and its logo as JSON like its picture.
alter table restaurants add column type_pair text not null default 'classic';
alter table restaurants add column logo text;
